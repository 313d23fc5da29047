using System.CommandLine;
using Turnpike.Cashu.Client;

namespace Turnpike.Cli.Commands.CashuMint;

/// <summary><c>turnpike cashu invoice AMOUNT</c>: something to pay, from a simulated node elsewhere.</summary>
internal static class InvoiceCommand
{
    public static Command Create()
    {
        var amount = WalletOptions.Amount("How much, sat");
        var mint = WalletOptions.Mint();
        mint.DefaultValueFactory = _ => new Uri("http://127.0.0.1:9984");
        var description = new Option<string>("--description")
        {
            Description =
                "Of the invoice; fake:fail, fake:pending=5000, fake:unknown=5000 and fake:lost steer the simulated node that pays it",
            HelpName = "TEXT",
            DefaultValueFactory = _ => "",
        };
        var command =
            new Command("invoice", "Prints an invoice of a simulated node elsewhere, to try 'pay' with. Development servers only.")
        {
            amount, mint, description,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = new CashuClient(new CashuClientOptions { Mint = parsed.GetRequiredValue(mint) });
            var invoice = await client.CreateInvoiceInDevelopmentAsync(
                parsed.GetRequiredValue(amount), parsed.GetRequiredValue(description), cancellation);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(invoice.OrRefuse());
            return ExitCode.Ok;
        });
        return command;
    }
}
