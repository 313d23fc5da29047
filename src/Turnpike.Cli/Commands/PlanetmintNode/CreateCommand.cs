using System.CommandLine;
using Turnpike.Planetmint.Client;

namespace Turnpike.Cli.Commands.PlanetmintNode;

/// <summary><c>turnpike planetmint create</c>: a new asset.</summary>
internal static class CreateCommand
{
    public static Command Create()
    {
        var (url, key, amount) = (NodeOptions.Url(), NodeOptions.Key(), NodeOptions.Amount(required: false));
        var data = NodeOptions.Json("--data", "What the asset is");
        var metadata = NodeOptions.Json("--metadata", "What else is to be said");
        var command = new Command("create", "Makes an asset and prints its id, once it is committed.") { url, key, amount, data, metadata };
        command.SetAction(async (parsed, cancellation) =>
        {
            var keys = KeyFile.Read(parsed.GetValue(key));
            using var client = NodeOptions.Connect(parsed.GetRequiredValue(url));
            var made = await new Wallet(client, keys).CreateAsync(
                await NodeOptions.ReadJsonAsync(parsed.GetValue(data), cancellation),
                parsed.GetValue(amount),
                await NodeOptions.ReadJsonAsync(parsed.GetValue(metadata), cancellation),
                cancellation);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(made.OrFail().Id.ToString());
            return ExitCode.Ok;
        });
        return command;
    }
}
