using System.CommandLine;
using Turnpike.Cashu.Client;
using Turnpike.Cli.Commands.CashuMint;

namespace Turnpike.Cli.Commands.CashuOperator;

/// <summary><c>turnpike cashu keysets</c>: all keysets, with what they issued and took back.</summary>
internal static class KeysetsCommand
{
    public static Command Create() => OperatorCommand.Create(
        "keysets", "Prints a server's keysets, the oldest first, with what they issued and redeemed.", [],
        async (admin, parsed, cancellation) =>
        {
            foreach (var keyset in (await admin.GetKeysetsAsync(cancellation)).OrRefuse())
                await parsed.InvocationConfiguration.Output.WriteLineAsync(Line(keyset));
            return ExitCode.Ok;
        });

    /// <summary>A keyset in a line.</summary>
    public static string Line(AdminKeyset keyset)
    {
        var state = keyset.Active ? "active" : "inactive";
        var books = keyset.Issued is { } issued ? $", issued {issued}, redeemed {keyset.Redeemed}" : "";
        var end = keyset.FinalExpiry is { } expiry ? $", ends {OperatorCommand.Time(expiry)}" : "";
        return $"{keyset.Id} {keyset.Unit} {state}, fee {keyset.InputFeePpk} ppk{books}{end}";
    }
}
