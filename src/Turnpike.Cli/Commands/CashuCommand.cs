using System.CommandLine;
using Turnpike.Cli.Commands.CashuMint;

namespace Turnpike.Cli.Commands;

/// <summary><c>turnpike cashu …</c>: a developer's wallet, over a mint's public API.</summary>
internal static class CashuCommand
{
    public static Command Create() => new("cashu", "A developer's wallet of a Cashu mint.")
    {
        BalanceCommand.Create(),
        MintCommand.Create(),
        SendCommand.Create(),
        ReceiveCommand.Create(),
        PayCommand.Create(),
        RestoreCommand.Create(),
        InvoiceCommand.Create(),
    };
}
