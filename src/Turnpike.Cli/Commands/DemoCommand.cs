using System.CommandLine;
using System.Runtime.InteropServices;

namespace Turnpike.Cli.Commands;

/// <summary><c>turnpike demo</c>: a server of its own, real keys and signatures, and the event stream; each step checked.</summary>
internal static class DemoCommand
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    public static Command Create()
    {
        var command = new Command("demo", "Starts a server of its own and shows what it does, in some seconds.");
        command.SetAction((_, _) => RunAsync(Terminal.Standard()));
        return command;
    }

    /// <summary>Runs the demonstration; whatever happens, neither the server nor its folder stays behind.</summary>
    public static async Task<int> RunAsync(Terminal terminal)
    {
        using var end = new CancellationTokenSource(s_patience);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupted);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupted);
        var folder = Directory.CreateTempSubdirectory("turnpike-demo-");
        try
        {
            await using var demo = new Demonstration(terminal, folder.FullName);
            return await demo.RunAsync(end.Token) ? ExitCode.Ok : ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            terminal.Line($"  {terminal.Bad("✗")} ended before it was through; the server is stopped and its folder removed");
            return ExitCode.Failed;
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        void Interrupted(PosixSignalContext context)
        {
            context.Cancel = true;
            end.Cancel();
        }
    }
}
