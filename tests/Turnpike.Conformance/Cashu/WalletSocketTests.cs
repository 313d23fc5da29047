using Turnpike.Cashu.Client;
using Turnpike.Cashu.Domain;

namespace Turnpike.Conformance.Cashu;

/// <summary>What the mint pushes to the .NET client, across servers that are killed.</summary>
public sealed class WalletSocketTests
{
    [Fact]
    public async Task A_subscription_goes_on_after_the_server_was_killed_and_tells_each_change_once()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
        await using var first = await ServerProcess.StartAsync("--set", "Turnpike:Cashu:Fake:AutoPayDelay=0");
        using var alice = Purse.Create(first.Main);
        var quote = Purse.Ok(await alice.Wallet.RequestMintAsync(10, null, patience.Token));
        await using var updates = alice.Client.MintQuotes([quote.Id], null, patience.Token).GetAsyncEnumerator(patience.Token);
        Assert.Equal(MintQuoteState.Unpaid, await NextAsync(updates));

        await first.KillAsync();
        await using var second = await first.RestartAsync();
        Purse.Ok(await alice.Client.PayInDevelopmentAsync(quote.Request, patience.Token));
        Purse.Ok(await alice.Wallet.MintAsync(quote.Id, patience.Token));

        Assert.Equal(MintQuoteState.Paid, await NextAsync(updates));
        Assert.Equal(MintQuoteState.Issued, await NextAsync(updates));

        // A program that kept the cursor goes on behind it: nothing is told twice, and nothing is left out.
        var token = Purse.Ok(await alice.Wallet.SendAsync(10, null, patience.Token));
        var y = token.Proofs[0].Y;
        string? seq;
        await using (var proofs = alice.Client.Proofs([y], null, patience.Token).GetAsyncEnumerator(patience.Token))
        {
            Assert.True(await proofs.MoveNextAsync());
            Assert.Equal(ProofState.Unspent, proofs.Current.Value.State);
            seq = proofs.Current.Seq;
        }

        Purse.Ok(await alice.Wallet.ReceiveAsync(token, null, patience.Token));
        await using var later = alice.Client.Proofs([y], seq, patience.Token).GetAsyncEnumerator(patience.Token);
        Assert.True(await later.MoveNextAsync());
        Assert.Equal((ProofState.Spent, false), (later.Current.Value.State, later.Current.IsGap));
        Assert.NotEqual(seq, later.Current.Seq);
    }

    [Fact]
    public async Task A_server_without_a_mint_is_said_to_be_none()
    {
        await using var server = await ServerProcess.StartAsync("--set", "Turnpike:Cashu:Enabled=false");
        using var client = new CashuClient(new CashuClientOptions { Mint = server.Main });

        await Assert.ThrowsAsync<CashuClientException>(() => client.GetInfoAsync(CancellationToken.None));
    }

    private static async Task<MintQuoteState> NextAsync(IAsyncEnumerator<MintUpdate<MintQuoteStatus>> updates)
    {
        Assert.True(await updates.MoveNextAsync());
        return updates.Current.Value.State;
    }
}
