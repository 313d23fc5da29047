using Turnpike.Cashu.Domain;

namespace Turnpike.Conformance.Cashu;

/// <summary>The .NET wallet pays invoices of a simulated node elsewhere.</summary>
public sealed class WalletMeltTests(WalletMint mint) : IClassFixture<WalletMint>
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_invoice_is_paid_and_the_change_comes_back_also_when_the_answer_is_lost(bool isLost)
    {
        using var network = new LossyNetwork(isPatient: false);
        using var alice = Purse.Create(mint.Address, handler: network);
        await alice.FillAsync(1000);
        var invoice = Purse.Ok(await alice.Client.CreateInvoiceInDevelopmentAsync(200, "cider", Never));
        var quote = Purse.Ok(await alice.Wallet.RequestMeltAsync(invoice, Never));
        if (isLost)
        {
            (network.Path, network.Answers) = ("/v1/melt/bolt11", 1);
            await Assert.ThrowsAsync<HttpRequestException>(() => alice.Wallet.MeltAsync(quote, Never));
            alice.Reopen();
            Assert.Equal(0, await alice.Wallet.RecoverAsync(Never));
        }
        else
        {
            var outcome = Purse.Ok(await alice.Wallet.MeltAsync(quote, Never));
            Assert.Equal((MeltQuoteState.Paid, 64), (outcome.State, outcome.Preimage?.Length));
            Assert.Equal(1000 - 200 - outcome.Fee, alice.Wallet.Balance);
        }

        // At most 2 sat for Lightning, as the quote had it, and 1 for the inputs.
        Assert.InRange(alice.Wallet.Balance, 1000 - 200 - quote.FeeReserve - 1, 1000UL - 200 - 1);
        Assert.Equal(0UL, alice.Wallet.Held);
    }

    [Fact]
    public async Task A_payment_that_fails_costs_nothing()
    {
        using var alice = Purse.Create(mint.Address);
        await alice.FillAsync(100);
        var invoice = Purse.Ok(await alice.Client.CreateInvoiceInDevelopmentAsync(50, "fake:fail", Never));
        var quote = Purse.Ok(await alice.Wallet.RequestMeltAsync(invoice, Never));

        Assert.Equal(20004, (await alice.Wallet.MeltAsync(quote, Never)).Error?.Code);

        Assert.Equal((100UL, 0UL), (alice.Wallet.Balance, alice.Wallet.Held));
        Purse.Ok(await alice.Wallet.SendAsync(60, null, Never));
    }

    [Fact]
    public async Task A_payment_under_way_holds_its_proofs_until_the_socket_tells_its_end()
    {
        await using var slow = await ServerProcess.StartAsync("--set", "Turnpike:Cashu:PayTimeout=1", "--set", "Turnpike:Cashu:Fake:AutoPayDelay=0");
        using var alice = Purse.Create(slow.Main);
        await alice.FillAsync(100);
        var invoice = Purse.Ok(await alice.Client.CreateInvoiceInDevelopmentAsync(50, "fake:pending=3000", Never));
        var quote = Purse.Ok(await alice.Wallet.RequestMeltAsync(invoice, Never));

        Assert.Equal(MeltQuoteState.Pending, Purse.Ok(await alice.Wallet.MeltAsync(quote, Never)).State);
        Assert.True(alice.Wallet.Held >= 50);
        alice.Reopen();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
        await foreach (var update in alice.Client.MeltQuotes([quote.Id], null, patience.Token))
        {
            if (update.Value.State == MeltQuoteState.Paid) break;
        }

        Assert.Equal(0, await alice.Wallet.RecoverAsync(Never));
        Assert.Equal(0UL, alice.Wallet.Held);
        Assert.InRange(alice.Wallet.Balance, 48UL, 49UL);
    }
}
