using System.CommandLine;

namespace Turnpike.Cli.Commands.CashuMint;

/// <summary><c>turnpike cashu balance</c>: what a wallet has.</summary>
internal static class BalanceCommand
{
    public static Command Create()
    {
        var (wallet, mint) = (WalletOptions.Wallet(), WalletOptions.Mint());
        var command = new Command("balance", "Prints what the wallet has, and what was sent and is not taken yet.") { wallet, mint };
        command.SetAction(async (parsed, cancellation) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            using var session = await WalletSession.OpenAsync(
                parsed.GetRequiredValue(wallet), parsed.GetValue(mint), parsed.InvocationConfiguration.Error, cancellation);
            var sent = (await session.Wallet.SettleSentAsync(cancellation)).OrRefuse();
            await output.WriteLineAsync($"{session.Wallet.Balance} {session.Unit}");
            if (session.Wallet.Held > 0) await output.WriteLineAsync($"{session.Wallet.Held} {session.Unit} held by payments under way");
            if (sent > 0) await output.WriteLineAsync($"{sent} {session.Unit} sent and not taken yet; 'receive' takes them back:");
            foreach (var token in session.Wallet.SentTokens) await output.WriteLineAsync(token);
            return ExitCode.Ok;
        });
        return command;
    }
}
