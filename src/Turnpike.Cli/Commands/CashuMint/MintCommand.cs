using System.CommandLine;
using Turnpike.Cashu.Domain;

namespace Turnpike.Cli.Commands.CashuMint;

/// <summary><c>turnpike cashu mint AMOUNT</c>: an invoice, and ecash once it is paid.</summary>
internal static class MintCommand
{
    public static Command Create()
    {
        var amount = WalletOptions.Amount("How much");
        var (wallet, mint, unit) = (WalletOptions.Wallet(), WalletOptions.Mint(), WalletOptions.Unit());
        const string what =
            "Prints an invoice, waits on the mint's socket until it is paid, and takes the ecash. Makes a wallet if there is none.";
        var command = new Command("mint", what) { amount, wallet, mint, unit };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (output, notes) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            using var session = await WalletSession.OpenOrCreateAsync(
                parsed.GetRequiredValue(wallet), parsed.GetValue(mint), parsed.GetRequiredValue(unit), notes, cancellation);
            await MintPaidAsync(session, notes, cancellation);
            var quote = (await session.Wallet.RequestMintAsync(parsed.GetRequiredValue(amount), null, cancellation)).OrRefuse();
            await output.WriteLineAsync(quote.Request);
            await output.FlushAsync(cancellation);
            await foreach (var update in session.Client.MintQuotes([quote.Id], null, cancellation))
            {
                if (update.Value.State != MintQuoteState.Unpaid) break;
            }

            var minted = (await session.Wallet.MintAsync(quote.Id, cancellation)).OrRefuse();
            await output.WriteLineAsync($"minted {minted} {session.Unit}; the wallet has {session.Wallet.Balance}");
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>Invoices of earlier commands that were ended before these were paid.</summary>
    private static async Task MintPaidAsync(WalletSession session, TextWriter notes, CancellationToken cancellation)
    {
        foreach (var id in session.Wallet.OpenQuotes)
        {
            var answer = await session.Client.GetMintQuoteAsync(id, cancellation);
            if (!answer.TryGet(out var quote, out _) || quote.State != MintQuoteState.Paid) continue;
            if ((await session.Wallet.MintAsync(id, cancellation)).TryGet(out var minted, out var error))
                await notes.WriteLineAsync($"turnpike: minted {minted} of an earlier invoice, which is paid now");
            else await notes.WriteLineAsync($"turnpike: an earlier invoice is paid, but the mint refuses: {error.Message}");
        }
    }
}
