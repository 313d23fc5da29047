using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Turnpike.Cashu.Domain;

namespace Turnpike.Cli.Commands.CashuMint;

/// <summary>Options that the wallet's commands have.</summary>
internal static class WalletOptions
{
    public static Option<string> Wallet() => new("--wallet")
    {
        Description = "The wallet's file, for its owner only (default cashu-wallet.json)",
        HelpName = "FILE",
        DefaultValueFactory = _ => "cashu-wallet.json",
    };

    public static Option<Uri> Mint() => new("--mint")
    {
        Description = "The mint (default http://127.0.0.1:9984, or the wallet's)",
        HelpName = "URL",
        CustomParser = ReadUrl,
    };

    public static Option<string> Unit() => new("--unit")
    {
        Description = "The unit of a wallet that is made now (default sat)",
        HelpName = "UNIT",
        DefaultValueFactory = _ => "sat",
    };

    public static Argument<ulong> Amount(string description) => new("AMOUNT")
    {
        Description = description,
        CustomParser = ReadAmount,
    };

    private static Uri? ReadUrl(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https") return uri;
        result.AddError($"'{text}' is not an http or https address");
        return null;
    }

    private static ulong ReadAmount(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var amount) && amount is > 0 and <= Amounts.Max)
            return amount;
        result.AddError($"'{text}' is not an amount: 1 to {Amounts.Max}");
        return 0;
    }
}
