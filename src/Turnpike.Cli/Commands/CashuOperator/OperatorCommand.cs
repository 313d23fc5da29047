using System.CommandLine;
using System.Globalization;
using Turnpike.Cashu.Client;
using Turnpike.Cli.Commands.CashuMint;

namespace Turnpike.Cli.Commands.CashuOperator;

/// <summary>What the operator's commands have in common: which server, and its token.</summary>
internal static class OperatorCommand
{
    private const string TokenName = "admin-token";

    /// <summary>Makes a command that asks a server which runs on this machine.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="symbols">Its own arguments and options.</param>
    /// <param name="run">Does it; returns the exit code.</param>
    public static Command Create(
        string name, string description, Symbol[] symbols, Func<MintAdmin, ParseResult, CancellationToken, Task<int>> run)
    {
        var server = WalletOptions.Mint();
        (server.Description, server.DefaultValueFactory) = ("The server, on this machine", _ => new Uri("http://127.0.0.1:9984"));
        var data = DataOption.Create();
        data.Description = "The server's data folder, for its token (default ./data)";
        var token = new Option<string?>("--token-file")
        {
            Description = $"The server's token (Turnpike:Server:AdminTokenFile; default {TokenName} in the data folder)",
            HelpName = "FILE",
        };
        var command = new Command(name, description);
        foreach (var argument in symbols.OfType<Argument>()) command.Add(argument);
        foreach (var option in symbols.OfType<Option>()) command.Add(option);
        command.Add(server);
        command.Add(data);
        command.Add(token);
        command.SetAction(async (parsed, cancellation) =>
        {
            var file = parsed.GetValue(token) ?? Path.Combine(parsed.GetRequiredValue(data), TokenName);
            using var admin = new MintAdmin(parsed.GetRequiredValue(server), await ReadTokenAsync(Path.GetFullPath(file), cancellation));
            return await run(admin, parsed, cancellation);
        });
        return command;
    }

    /// <summary>The argument of commands about one melt.</summary>
    public static Argument<string> Melt() => new("ID") { Description = "The melt quote, as 'quotes --pending' lists it" };

    /// <summary>A time for people, UTC.</summary>
    public static string Time(long unixSeconds) =>
        DateTimeOffset.FromUnixTimeSeconds(unixSeconds).ToString("u", CultureInfo.InvariantCulture);

    private static async Task<string> ReadTokenAsync(string file, CancellationToken cancellation)
    {
        if (!File.Exists(file))
            throw new CommandException($"There is no token in {file}: name the server's --data or --token-file.");
        return (await File.ReadAllTextAsync(file, cancellation)).Trim();
    }
}
