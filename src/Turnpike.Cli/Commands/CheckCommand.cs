using System.CommandLine;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;
using Turnpike.Server;

namespace Turnpike.Cli.Commands;

/// <summary><c>turnpike check</c>: whether the data folder is whole, also while a server uses it.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var data = DataOption.Create();
        var command = new Command("check", "Checks database, books and seed of a data folder, also while the server runs.") { data };
        command.SetAction(async (parsed, cancellation) =>
        {
            var folder = parsed.GetRequiredValue(data);
            var faults = new List<string>(await DatabaseCheck.RunAsync(DataOption.Database(folder), Systems.Audits, cancellation));
            // An installation whose seed lies elsewhere has none here.
            var seed = Path.Combine(Path.GetFullPath(folder), "seed");
            if (File.Exists(seed)) Seed.Read(seed);
            foreach (var fault in faults) await parsed.InvocationConfiguration.Error.WriteLineAsync($"turnpike: {fault}");
            if (faults.Count > 0) return ExitCode.Failed;
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{Path.GetFullPath(folder)} is whole.");
            return ExitCode.Ok;
        });
        return command;
    }
}
