using System.CommandLine;
using Turnpike.Cli.Commands.CashuMint;

namespace Turnpike.Cli.Commands.CashuOperator;

/// <summary><c>turnpike cashu audit</c>: both sides of a running server's books, as of one moment.</summary>
internal static class AuditCommand
{
    public static Command Create() => OperatorCommand.Create(
        "audit", "Has a server compare both sides of its books, now; fails if they differ.", [],
        async (admin, parsed, cancellation) =>
        {
            var audit = (await admin.AuditAsync(cancellation)).OrRefuse();
            foreach (var unit in audit.Units)
            {
                var equals = unit.Difference == 0 ? "=" : "≠";
                await parsed.InvocationConfiguration.Output.WriteLineAsync(
                    $"{unit.Unit}: credited {unit.Credited} − unissued {unit.Unissued} − paid out {unit.PaidOut} {equals} "
                    + $"outstanding {unit.Outstanding} + kept {unit.Kept}");
            }

            foreach (var fault in audit.Faults) await parsed.InvocationConfiguration.Error.WriteLineAsync($"turnpike: {fault}");
            return audit.Faults.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
        });
}
