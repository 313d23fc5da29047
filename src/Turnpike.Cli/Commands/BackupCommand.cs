using System.CommandLine;
using Turnpike.Kernel.Storage;
using Turnpike.Server;

namespace Turnpike.Cli.Commands;

/// <summary><c>turnpike backup FILE</c>: a copy of the database, also while a server uses it.</summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The copy; must not exist yet" };
        var (data, set) = (DataOption.Create(), SettingOption.Create());
        var command = new Command("backup", "Copies the database, also while the server runs. The seed is a file of its own: copy it too.")
        {
            file, data, set,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (Maintenance.ReadStorage(SettingOption.Read(parsed, set)).Provider == "postgres")
                throw new CommandException("The database is PostgreSQL: back it up with its own tools (pg_dump --format=custom, or a "
                    + "base backup with its log), and keep the seed's file beside it.");
            var folder = parsed.GetRequiredValue(data);
            var target = Path.GetFullPath(parsed.GetRequiredValue(file));
            await Backup.WriteAsync(DataOption.Database(folder), target, cancellation);
            var (size, seed) = (new FileInfo(target).Length, Path.Combine(Path.GetFullPath(folder), "seed"));
            await parsed.InvocationConfiguration.Output.WriteLineAsync(
                $"{target} holds the database, {size} bytes; it is of no use without the seed, {seed}: keep both.");
            return ExitCode.Ok;
        });
        return command;
    }
}
