using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Turnpike.Kernel.Encodings;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Wire;
using Turnpike.Tests;

namespace Turnpike.Planetmint.Tests.Domain;

public sealed class ConditionTests
{
    [Theory, Vectors("planetmint/conditions.json")]
    public void Details_have_their_condition(JsonElement details, string uri, long cost, JsonElement vector)
    {
        var condition = Details(details).Condition;

        Assert.Equal(uri, condition.ToUri());
        Assert.True(condition.IsUri(Encoding.ASCII.GetBytes(uri)));
        Assert.Equal(cost, condition.Cost);
        Assert.Equal(vector.GetProperty("fingerprint_hex").GetString(), Convert.ToHexStringLower(condition.Fingerprint));
        Assert.Equal(vector.GetProperty("condition_der_hex").GetString(), Convert.ToHexStringLower(condition.Der.Span));
        var contents = Convert.FromHexString(vector.GetProperty("fingerprint_contents_hex").GetString()!);
        Assert.Equal(SHA256.HashData(contents), condition.Fingerprint);
    }

    [Theory, Vectors("planetmint/conditions.json")]
    public void A_condition_is_read_from_its_DER(JsonElement details)
    {
        var condition = Details(details).Condition;
        var reader = new DerReader(condition.Der.Span);

        Assert.True(Condition.TryRead(ref reader, out var read) && reader.IsEmpty);
        Assert.Equal(condition, read);
        Assert.Equal(condition.ToUri(), read!.ToUri());
    }

    [Theory, Vectors("planetmint/fulfillments.json")]
    public void A_fulfillment_has_its_DER_its_condition_and_its_message(
        string fulfillment, JsonElement der_hex, JsonElement message_hex, JsonElement condition_uri)
    {
        var message = Convert.FromHexString(message_hex.GetString()!);

        Assert.True(Fulfillment.TryParse(Encoding.ASCII.GetBytes(fulfillment), out var read));
        Assert.Equal(der_hex.GetString(), Convert.ToHexStringLower(read.ToDer()));
        Assert.Equal(fulfillment, read.ToString());
        Assert.Equal(condition_uri.GetString(), read.Condition.ToUri());
        Assert.True(read.Verify(message));
        message[5] ^= 1;
        Assert.False(read.Verify(message));
    }

    [Theory, Vectors("planetmint/fulfillments.json")]
    public void A_mutated_fulfillment_never_throws_and_is_read_only_if_it_is_the_one_encoding(JsonElement der_hex)
    {
        var der = Convert.FromHexString(der_hex.GetString()!);
        var random = new SplitMix((ulong)der.Length);
        for (var run = 0; run < 5000; run++)
        {
            var mutated = Mutations.Of(der, ref random);
            if (Fulfillment.TryDecode(mutated, out var read)) Assert.Equal(Convert.ToHexString(mutated), Convert.ToHexString(read.ToDer()));
        }
    }

    [Fact]
    public void Every_flipped_bit_of_a_signature_or_key_is_noticed()
    {
        var signer = TestVectors.Key("alice");
        var message = new byte[32];
        var der = Fulfillment.Sign(ConditionDetails.Of(signer.Owner), message, [signer])!.ToDer();
        var condition = Condition.OfEd25519(signer.Owner);
        for (var bit = 0; bit < der.Length * 8; bit++)
        {
            der[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(Fulfillment.TryDecode(der, out var read) && read.Verify(message) && read.Condition.Equals(condition));
            der[bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    [Fact]
    public void Members_that_are_out_of_order_too_deep_or_too_many_are_refused()
    {
        OwnerKeyPair[] signers = [TestVectors.Key("alice"), TestVectors.Key("bob")];
        var message = new byte[32];
        byte[] One(OwnerKeyPair signer) => Fulfillment.Sign(ConditionDetails.Of(signer.Owner), message, [signer])!.ToDer();
        byte[][] sorted = [.. signers.Select(One).OrderBy(Convert.ToHexString)];
        byte[] Threshold(byte[][] members) => Der.Sequence(0xA2, Der.Sequence(0xA0, members), Der.Value(0xA1, []));

        Assert.True(Fulfillment.TryDecode(Threshold(sorted), out _));
        Assert.True(Fulfillment.TryDecode(Threshold([sorted[0], sorted[0]]), out _));
        Assert.False(Fulfillment.TryDecode(Threshold([sorted[1], sorted[0]]), out _));
        Assert.False(Fulfillment.TryDecode(Threshold([]), out _));
        Assert.False(Fulfillment.TryDecode([.. Threshold(sorted), 0], out _));

        var nested = sorted[0];
        for (var depth = 2; depth <= Fulfillment.MaxDepth; depth++) nested = Threshold([nested]);
        Assert.True(Fulfillment.TryDecode(nested, out _));
        Assert.False(Fulfillment.TryDecode(Threshold([nested]), out _));

        var condition = Condition.OfEd25519(signers[0].Owner).Der.ToArray();
        byte[] Wide(int rest) => Der.Sequence(0xA2, Der.Sequence(0xA0, sorted[0]), Der.SetOf(0xA1, Enumerable.Repeat(condition, rest)));
        Assert.True(Fulfillment.TryDecode(Wide(Fulfillment.MaxNodes - 2), out _));
        Assert.False(Fulfillment.TryDecode(Wide(Fulfillment.MaxNodes - 1), out _));
    }

    [Fact]
    public void A_threshold_is_signed_by_just_as_many_as_it_asks_for()
    {
        OwnerKeyPair[] all = [TestVectors.Key("alice"), TestVectors.Key("bob"), TestVectors.Key("carol"), TestVectors.Key("dave")];
        var message = RandomMessage();
        for (var required = 1; required <= all.Length; required++)
        {
            var details = ConditionDetails.Of(required, all.Select(s => s.Owner));
            Assert.Null(Fulfillment.Sign(details, message, all[..(required - 1)]));
            var signed = Fulfillment.Sign(details, message, all[^required..])!;
            Assert.Equal(required, signed.Keys.Count);
            Assert.True(signed.Verify(message));
            Assert.Equal(details.Condition, signed.Condition);
            Assert.Equal(required, Fulfillment.Sign(details, message, all)!.Keys.Count);
        }
    }

    [Theory, Vectors("planetmint/conditions.json")]
    public void Signing_with_all_keys_fulfills_every_condition(JsonElement details)
    {
        var read = Details(details);
        OwnerKeyPair[] all = [.. new[] { "alice", "bob", "carol", "dave", "erin" }.Select(TestVectors.Key)];
        var message = RandomMessage();

        var signed = Fulfillment.Sign(read, message, all)!;

        Assert.True(signed.Verify(message));
        Assert.Equal(read.Condition, signed.Condition);
        Assert.True(Fulfillment.TryParse(Encoding.ASCII.GetBytes(signed.ToString()), out var parsed));
        Assert.Equal(read.Condition, parsed.Condition);
    }

    private static byte[] RandomMessage() => SHA256.HashData("any message"u8);

    private static ConditionDetails Details(JsonElement details)
    {
        var document = CanonicalDocument.Parse(Encoding.UTF8.GetBytes($$"""{"details":{{details.GetRawText()}}}""")).OrThrow();
        Assert.True(TransactionNodes.TryReadDetails(document.Root, out var read));
        return read;
    }
}
