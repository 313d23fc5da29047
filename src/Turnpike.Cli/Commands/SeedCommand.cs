using System.CommandLine;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cli.Commands;

/// <summary><c>turnpike seed new FILE</c>: a seed for an installation of several nodes.</summary>
internal static class SeedCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A file that does not exist yet; made for its owner only" };
        var create = new Command("new", "Makes a new seed; give its file to each node as Turnpike:SeedFile.") { file };
        create.SetAction(parsed =>
        {
            var path = Path.GetFullPath(parsed.GetRequiredValue(file));
            Seed.Create(path);
            parsed.InvocationConfiguration.Output.WriteLine($"A new seed is in {path}; keep a copy beside each backup of the database.");
            return ExitCode.Ok;
        });
        return new Command("seed", "The secret from which an installation derives its keys.") { create };
    }
}
