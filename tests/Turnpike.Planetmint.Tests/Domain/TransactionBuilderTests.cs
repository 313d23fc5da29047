using System.Text;
using Turnpike.Kernel;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Wire;

namespace Turnpike.Planetmint.Tests.Domain;

public sealed class TransactionBuilderTests
{
    private static readonly OwnerKeyPair s_alice = TestVectors.Key("alice");
    private static readonly OwnerKeyPair s_bob = TestVectors.Key("bob");
    private static readonly OwnerKeyPair s_carol = TestVectors.Key("carol");

    [Fact]
    public void It_builds_the_same_bytes_as_the_npm_driver()
    {
        var create = TransactionBuilder.Create(
            [s_alice], [new NewOutput(1, s_alice.Owner)],
            """{"msg":"Hello Turnpike!","kind":"bicycle"}"""u8.ToArray(), """{"sequence":0}"""u8.ToArray()).OrThrow();
        var transfer = TransactionBuilder.Transfer(
            create.AssetId, [Spend.Of(create, 0)], [s_alice], [new NewOutput(1, s_bob.Owner)], """{"sequence":1}"""u8.ToArray()).OrThrow();

        AssertSame("create_ed25519", create);
        AssertSame("transfer_ed25519", transfer);
    }

    [Fact]
    public void It_builds_the_same_bytes_for_thresholds()
    {
        var vector = TestVectors.Valid("transfer_threshold_2of3").Transaction;
        var source = TestVectors.Valid("create_to_threshold_2of3").Transaction;
        var built = TransactionBuilder.Transfer(
            vector.AssetId, [Spend.Of(source, 0)], [s_carol, s_bob],
            [.. vector.Outputs.Select(o => new NewOutput(o.Amount, o.Details!))],
            TransactionJson.Metadata(vector.CanonicalBody)).OrThrow();

        AssertSame("transfer_threshold_2of3", built);
    }

    public static TheoryData<TransactionVersion, int> Shapes =>
        new() { { TransactionVersion.V2, 1 }, { TransactionVersion.V2, 3 }, { TransactionVersion.V3, 2 } };

    [Theory, MemberData(nameof(Shapes))]
    public void What_is_built_is_valid_and_can_be_spent(TransactionVersion version, int issuers)
    {
        var chain = new MemoryChain();
        OwnerKeyPair[] all = [s_alice, s_bob, s_carol];
        var isVersion3 = version == TransactionVersion.V3;
        var details = new ConditionDetails.Threshold(2,
            [ConditionDetails.Of(s_alice.Owner), ConditionDetails.Of(1, s_bob.Owner, s_carol.Owner)]);

        var create = TransactionBuilder.Create(
            all[..issuers], [new NewOutput(40, s_bob.Owner), new NewOutput(60, details)],
            isVersion3 ? "\"QmData\""u8.ToArray() : """{"b":1e-5,"a":"é\u0001"}"""u8.ToArray(), default, version).OrThrow();
        Commit(chain, create);
        var transfer = TransactionBuilder.Transfer(
            create.AssetId, [Spend.Of(create, 0), Spend.Of(create, 1)], [s_bob, s_alice],
            [new NewOutput(100, ConditionDetails.Of(2, all.Select(a => a.Owner)))],
            isVersion3 ? "\"note\""u8.ToArray() : """{"note":["x",{"y":null}]}"""u8.ToArray(), version).OrThrow();
        Commit(chain, transfer);

        var (name, left) = Assert.Single(chain.Unspent);
        Assert.Equal(transfer.Output(0), name);
        Assert.Equal(100, left.Amount);
    }

    [Fact]
    public void Too_few_keys_are_an_error_and_so_is_bad_metadata()
    {
        var create = TransactionBuilder.Create([s_alice], [new NewOutput(1, ConditionDetails.Of(2, s_alice.Owner, s_bob.Owner))]).OrThrow();

        Result<Transaction> Transfer(OwnerKeyPair[] signers, string metadata) => TransactionBuilder.Transfer(
            create.AssetId, [Spend.Of(create, 0)], signers, [new NewOutput(1, s_bob.Owner)], Encoding.UTF8.GetBytes(metadata));

        Assert.Equal(PlanetmintErrors.MissingSigners(create.Output(0)), Transfer([s_alice, s_carol], "").Error);
        Assert.Equal("json_duplicate_member", Transfer([s_alice, s_bob], """{"a":1,"a":2}""").Error?.Name);
        Assert.True(Transfer([s_carol, s_bob, s_alice], """{"a":1}""").IsOk);
    }

    [Fact]
    public void A_flipped_bit_anywhere_makes_it_invalid()
    {
        var body = TransactionBuilder.Create([s_alice, s_bob], [new NewOutput(5, s_carol.Owner)], """{"a":"b"}"""u8.ToArray())
            .OrThrow().CanonicalBody.ToArray();
        for (var bit = 0; bit < body.Length * 8; bit++)
        {
            body[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(TransactionJson.Read(body).IsOk);
            body[bit / 8] ^= (byte)(1 << bit % 8);
        }

        Assert.True(TransactionJson.Read(body).OrThrow().SignaturesValid);
    }

    private static void AssertSame(string name, Transaction built)
    {
        var vector = TestVectors.Valid(name).Transaction;
        Assert.Equal(Encoding.UTF8.GetString(vector.CanonicalBody.Span), Encoding.UTF8.GetString(built.CanonicalBody.Span));
        Assert.Equal(vector.Id, built.Id);
    }

    private static void Commit(MemoryChain chain, Transaction built)
    {
        var candidate = TransactionJson.Read(built.CanonicalBody).OrThrow();
        Assert.True(candidate.SignaturesValid);
        Assert.Equal(built.Id, candidate.Transaction.Id);
        Assert.Equal(built.AssetId, candidate.Transaction.AssetId);
        Assert.Null(chain.Commit(candidate));
    }
}
