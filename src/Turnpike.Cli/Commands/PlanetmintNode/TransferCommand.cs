using System.CommandLine;
using Turnpike.Planetmint.Client;

namespace Turnpike.Cli.Commands.PlanetmintNode;

/// <summary><c>turnpike planetmint transfer</c>: some of an asset to another key.</summary>
internal static class TransferCommand
{
    public static Command Create()
    {
        var (url, key, amount) = (NodeOptions.Url(), NodeOptions.Key(), NodeOptions.Amount(required: true));
        var asset = NodeOptions.Id("--asset", "Which asset");
        var to = NodeOptions.Owner("--to", "The key that shall have it");
        asset.Required = to.Required = true;
        var metadata = NodeOptions.Json("--metadata", "What is to be said about it");
        var command = new Command("transfer", "Hands some of an asset on, and prints the transaction's id once it is committed.")
        {
            url, key, asset, amount, to, metadata,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var keys = KeyFile.Read(parsed.GetValue(key));
            using var client = NodeOptions.Connect(parsed.GetRequiredValue(url));
            var made = await new Wallet(client, keys).TransferAsync(
                parsed.GetRequiredValue(asset)!.Value,
                parsed.GetValue(amount),
                parsed.GetRequiredValue(to)!.Value,
                await NodeOptions.ReadJsonAsync(parsed.GetValue(metadata), cancellation),
                cancellation);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(made.OrFail().Id.ToString());
            return ExitCode.Ok;
        });
        return command;
    }
}
