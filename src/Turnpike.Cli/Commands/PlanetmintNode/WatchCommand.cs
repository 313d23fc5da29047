using System.CommandLine;
using System.Text;
using Turnpike.Planetmint.Client;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Cli.Commands.PlanetmintNode;

/// <summary><c>turnpike planetmint watch</c>: prints committed transactions as they come, across lost connections, until Ctrl-C.</summary>
internal static class WatchCommand
{
    public static Command Create()
    {
        var url = NodeOptions.Url();
        var from = new Option<long?>("--from")
        {
            Description = "First everything of this height and above (0: everything)",
            HelpName = "HEIGHT",
        };
        var after = NodeOptions.Id("--after", "First everything that follows this transaction");
        var owners = Keys("--public-key", "Only what pays to one of these keys");
        var involves = Keys("--involves", "Only what pays to, or is paid by, one of these keys");
        var assets = new Option<TransactionId[]>("--asset")
        {
            Description = "Only these assets",
            HelpName = "ID",
            CustomParser = NodeOptions.ParseAll<TransactionId>(
                text => TransactionId.TryParse(text, out var id) ? id : null, "64 hex digits"),
        };
        var operations = new Option<Operation[]>("--operation") { Description = "Only CREATE or only TRANSFER", HelpName = "OPERATION" };
        var bodies = new Option<bool>("--bodies") { Description = "Prints the whole transactions" };
        var count = new Option<long?>("--count") { Description = "Ends after so many", HelpName = "N" };
        const string what = "Prints committed transactions as they come, one JSON object a line; goes on by itself after a break.";
        var command = new Command("watch", what)
        {
            url, from, after, owners, involves, assets, operations, bodies, count,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(from) is not null && result.GetValue(after) is not null)
                result.AddError("Only one of --from and --after can be given");
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            var filter = new StreamFilter(
                parsed.GetValue(owners) ?? [],
                parsed.GetValue(involves) ?? [],
                parsed.GetValue(assets) ?? [],
                parsed.GetValue(operations) ?? []);
            var position = parsed.GetValue(after) is { } id ? StreamPosition.After(id)
                : parsed.GetValue(from) is { } height ? StreamPosition.FromHeight(height)
                : StreamPosition.Now;
            using var client = NodeOptions.Connect(parsed.GetRequiredValue(url));
            var events = parsed.GetValue(bodies)
                ? client.TransactionsWithBodies(filter, position, cancellation)
                : client.Transactions(filter, position, cancellation);
            await PrintAsync(events, parsed.InvocationConfiguration.Output, parsed.GetValue(count), cancellation);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Option<OwnerKey[]> Keys(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "PUBLIC KEY",
        CustomParser = NodeOptions.ParseAll<OwnerKey>(
            text => OwnerKey.TryParse(text, out var key) ? key : null, "an ed25519 key of 32 bytes in base58"),
    };

    private static async Task PrintAsync(
        IAsyncEnumerable<TransactionEvent> events, TextWriter output, long? count, CancellationToken cancellation)
    {
        await foreach (var e in events.WithCancellation(cancellation))
        {
            var body = e.Transaction.IsEmpty ? "" : $",\"transaction\":{Encoding.UTF8.GetString(e.Transaction.Span)}";
            var line = $"{{\"transaction_id\":\"{e.TransactionId}\",\"asset_id\":\"{e.AssetId}\",\"height\":{e.Height}{body}}}";
            await output.WriteLineAsync(line.AsMemory(), cancellation);
            await output.FlushAsync(cancellation);
            if (--count == 0) return;
        }
    }
}
