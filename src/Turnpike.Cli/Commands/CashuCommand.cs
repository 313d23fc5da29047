using System.CommandLine;
using Turnpike.Cli.Commands.CashuMint;
using Turnpike.Cli.Commands.CashuOperator;

namespace Turnpike.Cli.Commands;

/// <summary>
/// <c>turnpike cashu …</c>: a developer's wallet, over a mint's public API; and what a mint's operator does, over the admin routes.
/// </summary>
internal static class CashuCommand
{
    public static Command Create() => new("cashu", "A developer's wallet of a Cashu mint; and a mint's operation.")
    {
        BalanceCommand.Create(),
        MintCommand.Create(),
        SendCommand.Create(),
        ReceiveCommand.Create(),
        PayCommand.Create(),
        RestoreCommand.Create(),
        InvoiceCommand.Create(),
        KeysetsCommand.Create(),
        RotateCommand.Create(),
        AuditCommand.Create(),
        QuotesCommand.Create(),
        MeltCommand.Create(),
    };
}
