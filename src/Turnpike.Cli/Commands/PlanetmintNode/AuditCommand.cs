using System.CommandLine;

namespace Turnpike.Cli.Commands.PlanetmintNode;

/// <summary><c>turnpike planetmint check</c>: the books of a running node, from the outside.</summary>
/// <remarks><c>turnpike check</c> looks at the store of a node that does not run; this needs nobody's permission.</remarks>
internal static class AuditCommand
{
    public static Command Create()
    {
        var url = NodeOptions.Url();
        const string what = "Replays a node's whole chain from its stream and decides each transaction again: hashes, signatures, amounts.";
        var command = new Command("check", what) { url };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = NodeOptions.Connect(parsed.GetRequiredValue(url));
            var report = await client.AuditAsync(cancellation);
            var output = parsed.InvocationConfiguration.Output;
            foreach (var fault in report.Faults) await output.WriteLineAsync(fault);
            await output.WriteLineAsync(
                $"{report.Height} blocks, {report.Transactions} transactions, {report.Assets} assets, {report.Spent} outputs spent, " +
                $"{report.Unspent} unspent: {(report.Faults.Count == 0 ? "the books hold" : "the books do NOT hold")}");
            return report.Faults.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }
}
