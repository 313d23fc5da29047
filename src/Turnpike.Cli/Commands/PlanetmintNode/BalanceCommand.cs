using System.CommandLine;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Cli.Commands.PlanetmintNode;

/// <summary><c>turnpike planetmint balance</c>: what a key has.</summary>
internal static class BalanceCommand
{
    public static Command Create()
    {
        var (url, key) = (NodeOptions.Url(), NodeOptions.Key());
        var owner = NodeOptions.Owner("--public-key", "Whose, instead of --key");
        var asset = NodeOptions.Id("--asset", "Only of this asset, and only the number");
        const string what = "Prints what a key has: asset and amount, one a line. What it shares with other keys counts in full.";
        var command = new Command("balance", what) { url, key, owner, asset };
        command.SetAction(async (parsed, cancellation) =>
        {
            var whose = parsed.GetValue(owner) ?? KeyFile.Read(parsed.GetValue(key)).Owner;
            var output = parsed.InvocationConfiguration.Output;
            using var client = NodeOptions.Connect(parsed.GetRequiredValue(url));
            var balances = await client.BalancesAsync(whose, cancellation);
            if (parsed.GetValue(asset) is { } one) await output.WriteLineAsync(Amount(balances, one));
            else foreach (var id in balances.Keys.Order()) await output.WriteLineAsync($"{id} {Amount(balances, id)}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Amount(IReadOnlyDictionary<TransactionId, UInt128> balances, TransactionId asset) =>
        balances.GetValueOrDefault(asset).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
