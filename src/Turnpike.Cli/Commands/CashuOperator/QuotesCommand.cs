using System.CommandLine;
using Turnpike.Cli.Commands.CashuMint;

namespace Turnpike.Cli.Commands.CashuOperator;

/// <summary><c>turnpike cashu quotes --pending</c>: melts of which the outcome is not known yet.</summary>
internal static class QuotesCommand
{
    public static Command Create()
    {
        var pending = new Option<bool>("--pending") { Description = "Those whose payment is under way", Required = true };
        return OperatorCommand.Create(
            "quotes", "Lists melt quotes whose payment is under way, the oldest first; at most 1000.", [pending],
            async (admin, parsed, cancellation) =>
            {
                var payments = (await admin.GetOpenPaymentsAsync(cancellation)).OrRefuse();
                foreach (var payment in payments)
                    await parsed.InvocationConfiguration.Output.WriteLineAsync($"{payment.Quote} {MeltCommand.Line(payment)}");
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"turnpike: {payments.Count} payments are under way");
                return ExitCode.Ok;
            });
    }
}
