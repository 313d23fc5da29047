using System.Security.Cryptography;
using Turnpike.Cashu.Client;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Conformance.Cashu;

/// <summary>The .NET wallet against the started server, which takes a fee of 100 ppk.</summary>
public sealed class WalletTests(WalletMint mint) : IClassFixture<WalletMint>
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task Ecash_goes_from_hand_to_hand_and_the_fee_is_the_senders()
    {
        using var alice = Purse.Create(mint.Address);
        using var bob = Purse.Create(mint.Address);
        await alice.FillAsync(1000);

        var token = Purse.Ok(await alice.Wallet.SendAsync(300, new SendOptions { Memo = "cider" }, Never));
        var read = Purse.Ok(Tokens.Decode(Tokens.Encode(token)));
        Assert.Equal(300UL, Purse.Ok(await bob.Wallet.ReceiveAsync(read, new ReceiveOptions { RequireEvidence = true }, Never)));

        Assert.Equal(300UL, bob.Wallet.Balance);
        Assert.Equal(token.Amount, alice.Wallet.Sent);
        Assert.InRange(alice.Wallet.Balance, 697UL, 699UL);
        Assert.Equal(0UL, Purse.Ok(await alice.Wallet.SettleSentAsync(Never)));
        Assert.Equal(11001, (await alice.Wallet.ReceiveAsync(token, null, Never)).Error?.Code);
        Assert.Equal((0UL, 300UL), (alice.Wallet.Held, bob.Wallet.Balance));
    }

    [Fact]
    public async Task What_is_there_already_is_sent_without_the_mint_and_can_be_taken_back()
    {
        using var network = new LossyNetwork(isPatient: false);
        using var alice = Purse.Create(mint.Address, handler: network);
        await alice.FillAsync(64);
        (network.Path, network.Requests) = ("/v1/swap", 1);

        var token = Purse.Ok(await alice.Wallet.SendAsync(64, new SendOptions { IncludesFee = false }, Never));

        Assert.Equal((64UL, 0UL, 64UL, 0), (token.Amount, alice.Wallet.Balance, alice.Wallet.Sent, network.Lost));
        network.Requests = 0;
        Assert.Equal(63UL, Purse.Ok(await alice.Wallet.ReceiveAsync(token, null, Never)));
        Assert.Equal((63UL, 0UL), (alice.Wallet.Balance, alice.Wallet.Sent));
    }

    [Theory]
    [InlineData("/v1/mint/bolt11", true)]
    [InlineData("/v1/mint/bolt11", false)]
    [InlineData("/v1/swap", true)]
    [InlineData("/v1/swap", false)]
    public async Task A_request_is_repeated_until_it_is_answered_and_carried_out_once(string path, bool arrives)
    {
        using var network = new LossyNetwork(isPatient: true) { Path = path, Requests = arrives ? 0 : 3, Answers = arrives ? 3 : 0 };
        using var alice = Purse.Create(mint.Address, handler: network);

        await alice.FillAsync(100);
        var token = Purse.Ok(await alice.Wallet.SendAsync(30, null, Never));

        Assert.Equal(3, network.Lost);
        Assert.Equal(100UL - token.Amount, alice.Wallet.Balance + 1);        // the fee of the swap
        Assert.Equal(0UL, alice.Wallet.Held);
    }

    [Theory]
    [InlineData("/v1/mint/bolt11", true)]
    [InlineData("/v1/mint/bolt11", false)]
    [InlineData("/v1/swap", true)]
    [InlineData("/v1/swap", false)]
    public async Task A_crash_before_or_after_the_request_loses_nothing(string path, bool arrives)
    {
        using var network = new LossyNetwork(isPatient: false);
        using var alice = Purse.Create(mint.Address, handler: network);
        await alice.FillAsync(100);
        (network.Path, network.Requests, network.Answers) = (path, arrives ? 0 : 1, arrives ? 1 : 0);

        await Assert.ThrowsAsync<HttpRequestException>(async () =>
        {
            await alice.FillAsync(50);
            await alice.Wallet.SendAsync(30, null, Never);
        });
        alice.Reopen();
        Assert.Equal(path == "/v1/swap", alice.Wallet.Held > 0);
        Assert.Equal(0, await alice.Wallet.RecoverAsync(Never));

        Assert.Equal(0UL, alice.Wallet.Held);
        var fee = path == "/v1/swap" ? 1UL : 0UL;
        Assert.Equal(150UL - fee, alice.Wallet.Balance + alice.Wallet.Sent);
        foreach (var sent in alice.Wallet.SentTokens) Purse.Ok(await alice.Wallet.ReceiveAsync(Purse.Ok(Tokens.Decode(sent)), null, Never));
        Assert.Equal(0UL, alice.Wallet.Sent);
    }

    [Fact]
    public async Task A_wallet_comes_back_from_its_words_and_goes_on()
    {
        using var lost = Purse.Create(mint.Address);
        await lost.FillAsync(777);
        Purse.Ok(await lost.Wallet.SendAsync(100, null, Never));
        using var found = Purse.Create(mint.Address, lost.Words);

        // What was sent and not taken is the sender's still.
        Assert.Equal(lost.Wallet.Balance + lost.Wallet.Sent, Purse.Ok(await found.Wallet.RestoreAsync(Never)));
        Assert.Equal(0UL, Purse.Ok(await found.Wallet.RestoreAsync(Never)));

        // New outputs are of counters that were never used.
        await found.FillAsync(10);
        Purse.Ok(await found.Wallet.SendAsync(500, null, Never));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_token_locked_to_a_key_opens_for_its_holder_alone(bool isBlinded, bool signsAll)
    {
        using var alice = Purse.Create(mint.Address);
        using var bob = Purse.Create(mint.Address);
        await alice.FillAsync(100);
        var key = RandomNumberGenerator.GetBytes(32);
        Assert.True(Secp256k1.TryPublicKey(key, out var pubkey));
        var condition = SpendingLock.ToKeys(pubkey) with { IsBlinded = isBlinded, SignsAll = signsAll };

        // SIG_ALL wants the same data in all inputs: one proof where each has a key of its own.
        var token = Purse.Ok(await alice.Wallet.SendAsync(32, new SendOptions { Lock = condition, IncludesFee = false }, Never));
        token = Purse.Ok(Tokens.Decode(Tokens.Encode(token)));

        Assert.Equal(isBlinded, token.Proofs.All(p => !p.Secret.Contains(pubkey.ToString(), StringComparison.Ordinal)));
        var other = new ReceiveOptions { Keys = [new Scalar(RandomNumberGenerator.GetBytes(32))] };
        Assert.Equal("locked", (await bob.Wallet.ReceiveAsync(token, other, Never)).Error?.Name);
        Assert.Equal(31UL, Purse.Ok(await bob.Wallet.ReceiveAsync(token, new ReceiveOptions { Keys = [new Scalar(key)] }, Never)));
    }

    [Fact]
    public async Task A_token_locked_to_a_hash_opens_with_the_preimage()
    {
        using var alice = Purse.Create(mint.Address);
        await alice.FillAsync(100);
        var preimage = new Scalar(RandomNumberGenerator.GetBytes(32));
        var condition = SpendingLock.ToHash(new Scalar(SHA256.HashData(preimage.Span)));

        var token = Purse.Ok(await alice.Wallet.SendAsync(20, new SendOptions { Lock = condition }, Never));

        Assert.Equal("locked", (await alice.Wallet.ReceiveAsync(token, null, Never)).Error?.Name);
        Assert.Equal(20UL, Purse.Ok(await alice.Wallet.ReceiveAsync(token, new ReceiveOptions { Preimage = preimage }, Never)));
    }

    [Fact]
    public async Task What_a_wallet_can_tell_by_itself_it_does_not_ask()
    {
        using var alice = Purse.Create(mint.Address);
        await alice.FillAsync(10);

        Assert.Equal("not_enough", (await alice.Wallet.SendAsync(11, null, Never)).Error?.Name);
        var token = Purse.Ok(await alice.Wallet.SendAsync(4, null, Never));
        Assert.Equal("other_mint", (await alice.Wallet.ReceiveAsync(token with { Mint = "http://other" }, null, Never)).Error?.Name);
        var forged = token with { Proofs = [.. token.Proofs.Select(p => p with { C = p.Y })] };
        Assert.Equal("not_signed", (await alice.Wallet.ReceiveAsync(forged, null, Never)).Error?.Name);
        var bare = forged with { Proofs = [.. forged.Proofs.Select(p => p with { Dleq = null })] };
        Assert.Equal("not_signed", (await alice.Wallet.ReceiveAsync(bare, new ReceiveOptions { RequireEvidence = true }, Never)).Error?.Name);
        Assert.Equal(10001, (await alice.Wallet.ReceiveAsync(bare, null, Never)).Error?.Code);
        Assert.Equal("quote_not_mine", (await alice.Wallet.MintAsync(new QuoteId("nope"), Never)).Error?.Name);
        var open = Purse.Ok(await alice.Wallet.RequestMintAsync(5, null, Never));
        Assert.Equal(20001, (await alice.Wallet.MintAsync(open.Id, Never)).Error?.Code);
    }

    [Fact]
    public void A_wallets_file_is_its_owners_and_one_programs()
    {
        using var alice = Purse.Create(mint.Address);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(alice.Path));
        Assert.Contains("in use", Assert.Throws<WalletFileException>(() => WalletFile.Open(alice.Path)).Message, StringComparison.Ordinal);
        var copy = alice.Path + ".copy";
        File.Copy(alice.Path, copy);
        Assert.Contains("exists", Assert.Throws<WalletFileException>(() => WalletFile.Create(copy, mint.Address, "sat")).Message, StringComparison.Ordinal);
        File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", Assert.Throws<WalletFileException>(() => WalletFile.Open(copy)).Message, StringComparison.Ordinal);
        File.WriteAllText(copy, "{}");
        File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Contains("no wallet", Assert.Throws<WalletFileException>(() => WalletFile.Open(copy)).Message, StringComparison.Ordinal);
    }
}
