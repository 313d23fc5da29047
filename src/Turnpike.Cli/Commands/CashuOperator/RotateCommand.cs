using System.CommandLine;
using Turnpike.Cli.Commands.CashuMint;

namespace Turnpike.Cli.Commands.CashuOperator;

/// <summary><c>turnpike cashu rotate --unit sat</c>: new keysets for new ecash.</summary>
internal static class RotateCommand
{
    public static Command Create()
    {
        var unit = new Option<string>("--unit") { Description = "The unit", HelpName = "UNIT", Required = true };
        var fee = new Option<int?>("--fee")
        {
            Description = "Fee of an input, thousandths of the unit (default: Turnpike:Cashu:InputFeePpk)",
            HelpName = "PPK",
        };
        var expiry = new Option<long?>("--final-expiry")
        {
            Description = "From when on nothing of the new ones is taken, unix seconds (default: never)",
            HelpName = "TIME",
        };
        return OperatorCommand.Create(
            "rotate", "Ends a unit's active keysets and makes new ones; what the old ones signed stays good.", [unit, fee, expiry],
            async (admin, parsed, cancellation) =>
            {
                var made = await admin.RotateAsync(
                    parsed.GetRequiredValue(unit), parsed.GetValue(fee), parsed.GetValue(expiry), cancellation);
                foreach (var keyset in made.OrRefuse())
                    await parsed.InvocationConfiguration.Output.WriteLineAsync(KeysetsCommand.Line(keyset));
                return ExitCode.Ok;
            });
    }
}
