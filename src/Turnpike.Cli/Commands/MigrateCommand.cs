using System.CommandLine;
using Turnpike.Server;

namespace Turnpike.Cli.Commands;

/// <summary><c>turnpike migrate</c>: brings a PostgreSQL database up to date, for operators who don't let nodes do it.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var set = SettingOption.Create();
        var command = new Command("migrate", "Brings a PostgreSQL database's tables up to date, and ends. Settings as for serve.") { set };
        command.SetAction(async (parsed, cancellation) =>
        {
            var applied = await Maintenance.MigrateAsync(SettingOption.Read(parsed, set), cancellation);
            var output = parsed.InvocationConfiguration.Output;
            foreach (var migration in applied) await output.WriteLineAsync($"Applied {migration}.");
            await output.WriteLineAsync("The database is up to date.");
            return ExitCode.Ok;
        });
        return command;
    }
}
