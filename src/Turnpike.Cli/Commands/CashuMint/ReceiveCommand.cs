using System.CommandLine;
using Turnpike.Cashu.Client;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cli.Commands.CashuMint;

/// <summary><c>turnpike cashu receive TOKEN</c>: takes a token.</summary>
internal static class ReceiveCommand
{
    public static Command Create()
    {
        var argument = new Argument<string>("TOKEN") { Description = "cashuA… or cashuB…; - reads it from standard input" };
        var (wallet, mint) = (WalletOptions.Wallet(), WalletOptions.Mint());
        var key = new Option<FileInfo?>("--key")
        {
            Description = "A file with the secret key of a token that is locked to one: 64 hex digits",
            HelpName = "FILE",
        };
        var command =
            new Command("receive", "Takes a token. Makes a wallet of the token's mint if there is none.") { argument, wallet, mint, key };
        command.SetAction(async (parsed, cancellation) =>
        {
            var given = parsed.GetRequiredValue(argument);
            if (given == "-") given = await Console.In.ReadToEndAsync(cancellation);
            var token = Tokens.Decode(given).OrRefuse();
            var from = parsed.GetValue(mint) ?? new Uri(token.Mint);
            using var session = await WalletSession.OpenOrCreateAsync(
                parsed.GetRequiredValue(wallet), from, token.Unit, parsed.InvocationConfiguration.Error, cancellation);
            var options = new ReceiveOptions { Keys = ReadKey(parsed.GetValue(key)) };
            var received = (await session.Wallet.ReceiveAsync(token, options, cancellation)).OrRefuse();
            var memo = token.Memo is { } text ? $"; memo: {text}" : "";
            await parsed.InvocationConfiguration.Output.WriteLineAsync(
                $"received {received} {session.Unit}; the wallet has {session.Wallet.Balance}{memo}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static IReadOnlyList<Scalar> ReadKey(FileInfo? file)
    {
        if (file is null) return [];
        Span<byte> bytes = stackalloc byte[Scalar.Length];
        return Hex.TryDecode(File.ReadAllText(file.FullName).Trim(), bytes)
            ? [new Scalar(bytes)]
            : throw new CommandException($"{file.FullName} does not hold 64 hex digits.");
    }
}
