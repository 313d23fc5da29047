using System.CommandLine;
using System.Runtime.InteropServices;

namespace Turnpike.Cli.Commands;

/// <summary><c>turnpike demo [NAME]</c>: a server of its own, real keys and signatures, real sockets; each step checked.</summary>
internal static class DemoCommand
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private static readonly (string Name, Func<Terminal, string, IDemonstration> Make)[] s_all =
    [
        ("planetmint", static (terminal, folder) => new PlanetmintDemonstration(terminal, folder)),
        ("cashu", static (terminal, folder) => new CashuDemonstration(terminal, folder)),
    ];

    public static Command Create()
    {
        var name = new Argument<string?>("NAME")
        {
            Description = "planetmint or cashu; without it one after the other",
            Arity = ArgumentArity.ZeroOrOne,
        };
        name.AcceptOnlyFromAmong([.. s_all.Select(d => d.Name)]);
        var command = new Command("demo", "Starts a server of its own and shows what it does, in some seconds.") { name };
        command.SetAction((parsed, _) => RunAsync(Terminal.Standard(), parsed.GetValue(name)));
        return command;
    }

    /// <summary>Runs one demonstration, or all; whatever happens, neither a server nor its folder stays behind.</summary>
    private static async Task<int> RunAsync(Terminal terminal, string? name)
    {
        using var end = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupted);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupted);
        foreach (var demonstration in s_all.Where(d => name is null || d.Name == name))
        {
            if (demonstration != s_all[0] && name is null) terminal.Line();
            if (!await RunAsync(terminal, demonstration.Make, end.Token)) return ExitCode.Failed;
        }

        return ExitCode.Ok;

        void Interrupted(PosixSignalContext context)
        {
            context.Cancel = true;
            end.Cancel();
        }
    }

    private static async Task<bool> RunAsync(
        Terminal terminal, Func<Terminal, string, IDemonstration> make, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(s_patience);
        var folder = Directory.CreateTempSubdirectory("turnpike-demo-");
        try
        {
            await using var demonstration = make(terminal, folder.FullName);
            return await demonstration.RunAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            terminal.Line($"  {terminal.Bad("✗")} ended before it was through; the server is stopped and its folder removed");
            return false;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
