using System.Text;
using System.Text.Json;
using Turnpike.Planetmint.Domain;
using Turnpike.Tests;

namespace Turnpike.Planetmint.Tests.Domain;

public sealed class ValueTests
{
    public static TheoryData<string> Names => ["alice", "bob", "carol", "dave", "erin"];

    [Theory, MemberData(nameof(Names))]
    public void Keys_are_written_in_base58(string name)
    {
        var vector = VectorsAttribute.Load("planetmint/keys.json").GetProperty("keys").GetProperty(name);
        var text = vector.GetProperty("public_key").GetString()!;

        Assert.True(OwnerKeyPair.TryParse(vector.GetProperty("private_key").GetString()!, out var pair));
        Assert.Equal(text, pair.Owner.ToString());
        Assert.Equal(vector.GetProperty("private_key").GetString(), pair.ExportPrivateKey());
        Assert.True(OwnerKey.TryParse(text, out var key) && key == pair.Owner);
        Assert.True(OwnerKey.TryParse(Encoding.ASCII.GetBytes(text), out key) && key == pair.Owner);
        Assert.Equal(vector.GetProperty("public_key_hex").GetString(), Convert.ToHexStringLower(key.Span));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0OIlUfT4BiNkAc4VThzRS72Pa2Rwprxf9cMV5QPBKNQw")]
    [InlineData("9uPfUfT4BiNkAc4VThzRS72Pa2Rwprxf9cMV5QPBKNQww")]
    [InlineData("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData(" 9uPfUfT4BiNkAc4VThzRS72Pa2Rwprxf9cMV5QPBKNQ")]
    public void What_is_no_key_of_32_bytes_is_refused(string text) => Assert.False(OwnerKey.TryParse(text, out _));

    [Fact]
    public void Ids_are_hex_in_lower_case_where_they_are_hashed_and_in_any_case_in_queries()
    {
        const string hex = "25d2b3bd8252a1870bcf18b3ebff0b41262f4c8a78e04fb0cb5b5b7c602c515c";

        Assert.True(TransactionId.TryParse(Encoding.ASCII.GetBytes(hex), out var id));
        Assert.Equal(hex, id.ToString());
        Assert.True(TransactionId.TryParse(hex.ToUpperInvariant(), out var upper) && upper == id);
        Assert.False(TransactionId.TryParse(Encoding.ASCII.GetBytes(hex.ToUpperInvariant()), out _));
        Assert.False(TransactionId.TryParse(hex.AsSpan(0, 63), out _));
        Assert.False(TransactionId.TryParse(hex + "0", out _));
        Assert.False(TransactionId.TryParse(hex[..^1] + "g", out _));
    }

    [Fact]
    public void Sets_of_keys_have_the_same_bytes_in_any_order()
    {
        OwnerKey[] keys = [TestVectors.Key("alice").Owner, TestVectors.Key("bob").Owner, TestVectors.Key("carol").Owner];

        Assert.Equal(OwnerKey.SetBytes(keys), OwnerKey.SetBytes([keys[2], keys[0], keys[1], keys[0]]));
        Assert.Equal(96, OwnerKey.SetBytes(keys).Length);
        Assert.NotEqual(OwnerKey.SetBytes(keys), OwnerKey.SetBytes(keys[..2]));
        Assert.Equal(keys[0].Span, OwnerKey.SetBytes([keys[0], keys[0]]));
        Assert.Empty(OwnerKey.SetBytes([]));
    }

    [Fact]
    public void Blocks_are_chained_by_their_hashes()
    {
        var hash = AppHash.Genesis;
        foreach (var block in VectorsAttribute.Load("planetmint/stream.json").GetProperty("chain").EnumerateArray())
        {
            TransactionId[] ids = [.. block.GetProperty("transactions").EnumerateArray().Select(Id)];
            if (ids.Length > 0) hash = hash.Next(ids);
            Assert.Equal(block.GetProperty("app_hash").GetString(), hash.Hex);
        }

        Assert.Equal(64, hash.Hex.Length);

        static TransactionId Id(JsonElement id) =>
            TransactionId.TryParse(id.GetString(), out var read) ? read : throw new FormatException();
    }

    [Fact]
    public void Filters_that_want_the_same_are_equal()
    {
        var (alice, bob) = (TestVectors.Key("alice").Owner, TestVectors.Key("bob").Owner);

        var filter = new StreamFilter([alice, bob], [], [], [Operation.Create]);

        Assert.Equal(filter, new StreamFilter([bob, alice, bob], [], [], [Operation.Create]));
        Assert.Equal(filter.GetHashCode(), new StreamFilter([bob, alice, bob], [], [], [Operation.Create]).GetHashCode());
        Assert.NotEqual(filter, new StreamFilter([], [alice, bob], [], [Operation.Create]));
        Assert.NotEqual(filter, StreamFilter.None);
        Assert.True(StreamFilter.None.IsEmpty);
    }

    [Fact]
    public void A_filter_lets_through_what_holds_for_all_of_its_kinds()
    {
        var (alice, bob, carol) = (TestVectors.Key("alice").Owner, TestVectors.Key("bob").Owner, TestVectors.Key("carol").Owner);
        var transfer = TestVectors.Valid("transfer_ed25519").Transaction;       // alice → bob

        Assert.True(StreamFilter.None.Matches(transfer));
        Assert.True(new StreamFilter([bob, carol], [], [], []).Matches(transfer));
        Assert.False(new StreamFilter([alice], [], [], []).Matches(transfer));
        Assert.True(new StreamFilter([], [alice], [], []).Matches(transfer));
        Assert.True(new StreamFilter([], [bob], [], []).Matches(transfer));
        Assert.False(new StreamFilter([], [carol], [], []).Matches(transfer));
        Assert.True(new StreamFilter([bob], [alice], [transfer.AssetId], [Operation.Transfer]).Matches(transfer));
        Assert.False(new StreamFilter([bob], [alice], [transfer.Id], [Operation.Transfer]).Matches(transfer));
        Assert.False(new StreamFilter([bob], [alice], [transfer.AssetId], [Operation.Create]).Matches(transfer));
    }
}
