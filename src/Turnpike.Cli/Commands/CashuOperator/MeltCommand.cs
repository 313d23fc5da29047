using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using Turnpike.Cashu.Client;
using Turnpike.Cashu.Domain;
using Turnpike.Cli.Commands.CashuMint;
using Turnpike.Kernel;

namespace Turnpike.Cli.Commands.CashuOperator;

/// <summary><c>turnpike cashu melt status|retry|resolve ID</c>: one payment of the mint.</summary>
internal static class MeltCommand
{
    public static Command Create() => new("melt", "Looks at one payment of a server's mint, has its node asked, or decides it.")
    {
        CreateStatus(),
        CreateRetry(),
        CreateResolve(),
    };

    /// <summary>A payment in a line.</summary>
    public static string Line(AdminPayment payment)
    {
        var sent = payment.Node is null ? "not sent" : payment.Shown ? "shown by the node" : "sent";
        var next = payment.AskAt is { } at ? $", asked about from {OperatorCommand.Time(at)} on" : "";
        var error = payment.Error is { } code ? $" with {code}" : "";
        return $"attempt {payment.Attempt}: {payment.Outcome}{error}, {payment.AmountMsat} msat and at most {payment.MaxFeeMsat} for "
            + $"Lightning, {sent}, since {OperatorCommand.Time(payment.Started)}{next}";
    }

    private static Command CreateStatus()
    {
        var id = OperatorCommand.Melt();
        return OperatorCommand.Create("status", "Prints a melt quote and all attempts to pay it.", [id],
            async (admin, parsed, cancellation) =>
            {
                var output = parsed.InvocationConfiguration.Output;
                var melt = (await admin.GetMeltAsync(parsed.GetRequiredValue(id), cancellation)).OrRefuse();
                var (quote, state) = (melt.Quote, melt.Quote.State.ToString().ToUpperInvariant());
                await output.WriteLineAsync($"{quote.Id.Value} {state}: {quote.Amount} {melt.Unit}, reserve {quote.FeeReserve}");
                if (quote.Preimage is { } preimage) await output.WriteLineAsync($"preimage {preimage}");
                foreach (var payment in melt.Payments) await output.WriteLineAsync(Line(payment));
                return ExitCode.Ok;
            });
    }

    private static Command CreateRetry()
    {
        var id = OperatorCommand.Melt();
        const string what =
            "Has the node asked about a payment now. What the node has shown and forgotten is sent again: only if it was not paid.";
        return OperatorCommand.Create("retry", what, [id], async (admin, parsed, cancellation) =>
        {
            RequireOpen(await admin.RetryAsync(parsed.GetRequiredValue(id), cancellation));
            await parsed.InvocationConfiguration.Output.WriteLineAsync("The node is asked; 'melt status' tells what it says.");
            return ExitCode.Ok;
        });
    }

    private static Command CreateResolve()
    {
        var id = OperatorCommand.Melt();
        var paid = new Option<Scalar?>("--paid")
        {
            Description = "It was paid: the preimage, 64 hex digits",
            HelpName = "PREIMAGE",
            CustomParser = ReadPreimage,
        };
        var fee = new Option<long>("--fee-msat") { Description = "What Lightning took for it (default 0)", HelpName = "MSAT" };
        var failed = new Option<bool>("--failed") { Description = "It was not paid and never will be: its inputs are given back" };
        fee.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long>() < 0) result.AddError("--fee-msat is 0 or more");
        });
        const string what = "Decides a payment that the node does not know any more. Find out first: what is wrong here is lost money.";
        var command = OperatorCommand.Create("resolve", what, [id, paid, fee, failed], async (admin, parsed, cancellation) =>
        {
            var quote = parsed.GetRequiredValue(id);
            RequireOpen(parsed.GetValue(paid) is { } preimage
                ? await admin.ResolvePaidAsync(quote, preimage, parsed.GetValue(fee), cancellation)
                : await admin.ResolveFailedAsync(quote, cancellation));
            await parsed.InvocationConfiguration.Output.WriteLineAsync(parsed.GetValue(failed) ? "Decided: failed." : "Decided: paid.");
            return ExitCode.Ok;
        });
        command.Validators.Add(result =>
        {
            if (result.GetResult(paid) is not null == result.GetValue(failed)) result.AddError("Either --paid PREIMAGE or --failed");
        });
        return command;
    }

    private static void RequireOpen(Result<bool> result)
    {
        if (!result.OrRefuse()) throw new CommandException("No payment of this melt is under way; 'melt status' tells what became of it.");
    }

    private static Scalar? ReadPreimage(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (Scalar.TryParse(Encoding.UTF8.GetBytes(text), out var preimage)) return preimage;
        result.AddError($"'{text}' is no preimage: 64 hex digits");
        return null;
    }
}
