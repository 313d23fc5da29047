using System.CommandLine;
using Turnpike.Cashu.Domain;

namespace Turnpike.Cli.Commands.CashuMint;

/// <summary><c>turnpike cashu pay INVOICE</c>: has the mint pay.</summary>
internal static class PayCommand
{
    public static Command Create()
    {
        var invoice = new Argument<string>("INVOICE") { Description = "BOLT 11, with an amount" };
        var (wallet, mint) = (WalletOptions.Wallet(), WalletOptions.Mint());
        var command =
            new Command("pay", "Pays an invoice and prints the preimage; waits on the mint's socket while the payment is under way.")
        {
            invoice, wallet, mint,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (output, notes) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            using var session = await WalletSession.OpenAsync(parsed.GetRequiredValue(wallet), parsed.GetValue(mint), notes, cancellation);
            var quote = (await session.Wallet.RequestMeltAsync(parsed.GetRequiredValue(invoice), cancellation)).OrRefuse();
            var outcome = (await session.Wallet.MeltAsync(quote, cancellation)).OrRefuse();
            if (outcome.State == MeltQuoteState.Paid)
            {
                await output.WriteLineAsync(outcome.Preimage);
                await notes.WriteLineAsync(
                    $"turnpike: paid {quote.Amount} {session.Unit} and {outcome.Fee} of fees; the wallet has {session.Wallet.Balance}");
                return ExitCode.Ok;
            }

            await notes.WriteLineAsync("turnpike: the payment is under way; Ctrl-C does not end it");
            await foreach (var update in session.Client.MeltQuotes([quote.Id], null, cancellation))
            {
                if (update.Value.State == MeltQuoteState.Pending) continue;
                await session.Wallet.RecoverAsync(cancellation);
                if (update.Value.State == MeltQuoteState.Unpaid)
                    throw new CommandException($"The payment failed; the wallet has {session.Wallet.Balance} {session.Unit}.");
                await output.WriteLineAsync(update.Value.Preimage);
                break;
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
