using System.CommandLine;

namespace Turnpike.Cli.Commands.CashuMint;

/// <summary><c>turnpike cashu restore</c>: a wallet from its words.</summary>
internal static class RestoreCommand
{
    public static Command Create()
    {
        var (wallet, mint, unit) = (WalletOptions.Wallet(), WalletOptions.Mint(), WalletOptions.Unit());
        var words = new Option<FileInfo?>("--words")
        {
            Description = "A file with the words of a lost wallet; without it the wallet that there is looks for what it does not know",
            HelpName = "FILE",
        };
        var command = new Command("restore", "Asks the mint which of a wallet's secrets it has signed, and takes what is unspent.")
        {
            wallet, mint, unit, words,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = parsed.GetRequiredValue(wallet);
            using var session = parsed.GetValue(words) is { } file
                ? WalletSession.Create(path, parsed.GetValue(mint), parsed.GetRequiredValue(unit), Read(file))
                : await WalletSession.OpenAsync(path, parsed.GetValue(mint), parsed.InvocationConfiguration.Error, cancellation);
            var found = (await session.Wallet.RestoreAsync(cancellation)).OrRefuse();
            await parsed.InvocationConfiguration.Output.WriteLineAsync(
                $"restored {found} {session.Unit}; the wallet has {session.Wallet.Balance}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Read(FileInfo file) =>
        string.Join(' ', File.ReadAllText(file.FullName).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
