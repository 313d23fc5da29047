using System.CommandLine;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Cli.Commands.PlanetmintNode;

/// <summary><c>turnpike planetmint keys FILE</c>: makes a key pair, or shows the public half of one.</summary>
internal static class KeysCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE")
        {
            Description = "The file of the private key; made, for its owner only, if it does not exist",
        };
        var seed = new Option<FileInfo?>("--seed-file")
        {
            Description = "A file with the key's seed, 64 hex digits, instead of a random one",
            HelpName = "FILE",
        };
        var command = new Command("keys", "Makes a key pair, or reads one, and prints the public key.") { file, seed };
        command.SetAction(parsed =>
        {
            var pair = Open(parsed.GetRequiredValue(file), parsed.GetValue(seed));
            parsed.InvocationConfiguration.Output.WriteLine(pair.Owner.ToString());
            return ExitCode.Ok;
        });
        return command;
    }

    private static OwnerKeyPair Open(FileInfo file, FileInfo? seed)
    {
        if (file.Exists)
        {
            return seed is null ? KeyFile.Read(file) : throw new CommandException($"{file.FullName} exists; a key is never written over.");
        }
        return seed is null ? KeyFile.Create(file.FullName, []) : KeyFile.Create(file.FullName, ReadSeed(seed));
    }

    private static byte[] ReadSeed(FileInfo file)
    {
        var text = File.ReadAllText(file.FullName).Trim();
        return text.Length == 64 && text.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(text)
            : throw new CommandException($"{file.FullName} does not hold 64 hex digits.");
    }
}
