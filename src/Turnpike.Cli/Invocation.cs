using System.CommandLine;
using Turnpike.Cashu.Client;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Client;
using Turnpike.Server;

namespace Turnpike.Cli;

/// <summary>Runs a command and turns its outcome into an exit code; what can be foreseen to fail is a sentence on standard error.</summary>
internal static class Invocation
{
    /// <summary>Parses and runs.</summary>
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync($"turnpike: {error.Message}");
            await Console.Error.WriteLineAsync("turnpike: see turnpike --help");
            return ExitCode.Usage;
        }

        try
        {
            // Signals belong to the server, which ends in order; the parser's own handler would cut it short.
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (Exception e) when (Explain(e) is { } sentence)
        {
            foreach (var line in sentence.Split('\n')) await Console.Error.WriteLineAsync($"turnpike: {line}");
            return e is StartupException { IsUsage: true } ? ExitCode.Usage : ExitCode.Failed;
        }
    }

    private static string? Explain(Exception error) => error switch
    {
        StartupException or SeedException or StorageException or MissingLibraryException => error.Message,
        CommandException or PlanetmintClientException or CashuClientException or HttpRequestException => error.Message,
        IOException or UnauthorizedAccessException => error.Message,
        _ => null,
    };
}
