using System.CommandLine;
using Turnpike.Cashu.Client;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cli.Commands.CashuMint;

/// <summary><c>turnpike cashu send AMOUNT</c>: a token.</summary>
internal static class SendCommand
{
    public static Command Create()
    {
        var amount = WalletOptions.Amount("What the receiver gets");
        var (wallet, mint) = (WalletOptions.Wallet(), WalletOptions.Mint());
        var memo = new Option<string?>("--memo") { Description = "A text for the receiver", HelpName = "TEXT" };
        var key = new Option<PublicKey?>("--lock")
        {
            Description = "Only the holder of this key can take it: 66 hex digits",
            HelpName = "PUBLIC KEY",
            CustomParser = result =>
            {
                if (PublicKey.TryParse(result.Tokens[^1].Value, out var read)) return read;
                result.AddError($"'{result.Tokens[^1].Value}' is not a compressed point: 66 hex digits");
                return null;
            },
        };
        var old = new Option<bool>("--v3") { Description = "Writes the older form, cashuA" };
        var command =
            new Command("send", "Prints a token; the wallet remembers it until it is taken.") { amount, wallet, mint, memo, key, old };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var session = await WalletSession.OpenAsync(
                parsed.GetRequiredValue(wallet), parsed.GetValue(mint), parsed.InvocationConfiguration.Error, cancellation);
            var options = new SendOptions
            {
                Memo = parsed.GetValue(memo),
                Lock = parsed.GetValue(key) is { } point ? SpendingLock.ToKeys(point) : null,
            };
            var token = (await session.Wallet.SendAsync(parsed.GetRequiredValue(amount), options, cancellation)).OrRefuse();
            var text = parsed.GetValue(old) ? Tokens.EncodeV3(token) : Tokens.Encode(token);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(text);
            return ExitCode.Ok;
        });
        return command;
    }
}
