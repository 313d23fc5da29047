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
        var (data, set) = (DataOption.Create(), SettingOption.Create());
        const string About = "Checks a data folder's database, books and seed, or a PostgreSQL database's books; servers may run.";
        var command = new Command("check", About)
        {
            data, set,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var folder = Path.GetFullPath(parsed.GetRequiredValue(data));
            var options = Maintenance.ReadStorage(SettingOption.Read(parsed, set));
            var shared = options.Provider == "postgres";
            var faults = shared
                ? await DatabaseCheck.RunAsync(options, Systems.Audits, cancellation)
                : await DatabaseCheck.RunAsync(DataOption.Database(folder), Systems.Audits, cancellation);
            // An installation whose seed lies elsewhere has none here.
            var seed = Path.Combine(folder, "seed");
            if (!shared && File.Exists(seed)) Seed.Read(seed);
            foreach (var fault in faults) await parsed.InvocationConfiguration.Error.WriteLineAsync($"turnpike: {fault}");
            if (faults.Count > 0) return ExitCode.Failed;
            await parsed.InvocationConfiguration.Output.WriteLineAsync(shared ? "The database's books hold." : $"{folder} is whole.");
            return ExitCode.Ok;
        });
        return command;
    }
}
