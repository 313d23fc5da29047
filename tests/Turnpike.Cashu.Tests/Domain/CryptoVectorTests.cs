using System.Text;
using System.Text.Json;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Crypto;
using Turnpike.Tests;

namespace Turnpike.Cashu.Tests.Domain;

public class CryptoVectorTests
{
    [Theory, Vectors("cashu/hash_to_curve.json", "bytes")]
    public void Bytes_map_to_their_point(string message, string y) =>
        Assert.Equal(y, HashToCurve.Hash(Known.Bytes(message)).ToString());

    [Theory, Vectors("cashu/hash_to_curve.json", "utf8")]
    public void A_secret_maps_to_its_point(string secret, string y) =>
        Assert.Equal(y, HashToCurve.Hash(Encoding.UTF8.GetBytes(secret)).ToString());

    [Fact]
    public void A_secret_of_any_length_maps_to_a_point()
    {
        var points = new HashSet<CurvePoint>();
        foreach (var length in new[] { 0, 4067, 4068, 4069, 100_000 }) points.Add(HashToCurve.Hash(new byte[length]));
        Assert.Equal(5, points.Count);
        Assert.DoesNotContain(default, points);
    }

    [Theory, Vectors("cashu/bdhke.json", "blind")]
    public void A_secret_is_blinded(JsonElement vector)
    {
        var y = HashToCurve.Hash(Known.Bytes(Get(vector, "secret_bytes"))).Compressed;
        Assert.True(BlindSignatures.TryBlind(y, Known.Bytes(Get(vector, "r")), out var blinded));
        Assert.Equal(Get(vector, "B_"), blinded.ToString());
    }

    [Theory, Vectors("cashu/bdhke.json", "sign")]
    public void A_blinded_secret_is_signed(JsonElement vector) => Assert.Equal(
        Get(vector, "C_"), BlindSignatures.Sign(Known.Bytes(Get(vector, "k")), Known.Point(Get(vector, "B_"))).ToString());

    [Theory, Vectors("cashu/bdhke.json", "round_trips")]
    public void A_token_goes_all_the_way(JsonElement vector)
    {
        var (k, r) = (Known.Bytes(Get(vector, "k")), Known.Bytes(Get(vector, "r")));
        Assert.True(Secp256k1.TryMultiplyGenerator(k, out var key));
        Assert.Equal(Get(vector, "K"), key.ToString());
        var y = HashToCurve.Hash(Encoding.UTF8.GetBytes(Get(vector, "secret")));
        Assert.Equal(Get(vector, "Y"), y.ToString());
        Assert.True(BlindSignatures.TryBlind(y.Compressed, r, out var blinded));
        Assert.Equal(Get(vector, "B_"), blinded.ToString());
        var signature = BlindSignatures.Sign(k, Known.Point(blinded.ToString()));
        Assert.Equal(Get(vector, "C_"), signature.ToString());
        var dleq = Dleq.Make(k, key, Known.Point(blinded.ToString()), signature);
        Assert.Equal(Get(vector.GetProperty("dleq"), "e"), dleq.E.ToString());
        Assert.Equal(Get(vector.GetProperty("dleq"), "s"), dleq.S.ToString());
        Assert.True(dleq.Verify(key.Compressed, blinded, signature.Compressed));
        Assert.True(BlindSignatures.TryUnblind(signature.Compressed, r, key.Compressed, out var c));
        Assert.Equal(Get(vector, "C"), c.ToString());
        Assert.True(BlindSignatures.Verify(k, y, PointText.Of(c)));
        Assert.True(BlindSignatures.Verify(k, y, Known.Text(c.ToString().ToUpperInvariant())));
        Assert.False(BlindSignatures.Verify(k, y, PointText.Of(blinded)));
        Assert.True(dleq.VerifyProof(key.Compressed, Encoding.UTF8.GetBytes(Get(vector, "secret")), c, r));
    }

    [Fact]
    public void The_challenge_is_the_hash_of_four_points_in_hex()
    {
        var vector = VectorsAttribute.Load("cashu/dleq.json").GetProperty("hash_e");
        var e = Dleq.Challenge(
            Known.Point(Get(vector, "R1")), Known.Point(Get(vector, "R2")), Known.Point(Get(vector, "A")), Known.Point(Get(vector, "C_")));
        Assert.Equal(Get(vector, "e"), e.ToString());
    }

    [Fact]
    public void The_nonce_comes_from_key_and_points()
    {
        var vector = VectorsAttribute.Load("cashu/dleq.json").GetProperty("deterministic");
        var dleq = Dleq.Make(
            Known.Bytes(Get(vector, "a")), Known.Point(Get(vector, "A")), Known.Point(Get(vector, "B_")), Known.Point(Get(vector, "C_")));
        Assert.Equal(Get(vector, "e"), dleq.E.ToString());
        Assert.Equal(Get(vector, "s"), dleq.S.ToString());
    }

    [Fact]
    public void A_signature_s_proof_is_verified()
    {
        var vector = VectorsAttribute.Load("cashu/dleq.json").GetProperty("blind_signature");
        var signature = vector.GetProperty("signature");
        Assert.True(Read(signature.GetProperty("dleq")).Verify(
            Known.Key(Get(vector, "A")), Known.Key(Get(vector, "B_")), Known.Key(Get(signature, "C_"))));
    }

    [Fact]
    public void A_token_s_proof_is_verified_and_only_with_its_r()
    {
        var vector = VectorsAttribute.Load("cashu/dleq.json").GetProperty("proof");
        var proof = vector.GetProperty("proof");
        var dleq = Read(proof.GetProperty("dleq"));
        var r = Known.Bytes(Get(proof.GetProperty("dleq"), "r"));
        var (key, secret, c) = (Known.Key(Get(vector, "A")), Encoding.UTF8.GetBytes(Get(proof, "secret")), Known.Key(Get(proof, "C")));
        Assert.True(dleq.VerifyProof(key, secret, c, r));
        r[31] ^= 1;
        Assert.False(dleq.VerifyProof(key, secret, c, r));
    }

    [Theory, Vectors("cashu/dleq.json", "own")]
    public void Proofs_of_other_keys_or_points_are_refused(bool valid, JsonElement vector) => Assert.Equal(
        valid, Read(vector).Verify(Known.Key(Get(vector, "A")), Known.Key(Get(vector, "B_")), Known.Key(Get(vector, "C_"))));

    [Theory, Vectors("cashu/keyset_id.json", "v1")]
    public void An_id_of_version_0_is_the_hash_of_the_keys(string id, JsonElement keys) =>
        Assert.Equal(id, KeysetId.Of(0, "sat", 0, null, Read0(keys)).ToString());

    [Theory, Vectors("cashu/keyset_id.json", "v2")]
    public void An_id_of_version_1_is_the_hash_of_all_that_matters(string id, string unit, int inputFeePpk, JsonElement vector)
    {
        var expiry = vector.GetProperty("final_expiry").Deserialize<long?>();
        var keyset = new Keyset
        {
            Id = Known.Id(id),
            Unit = unit,
            IsActive = true,
            InputFeePpk = inputFeePpk,
            FinalExpiry = expiry,
            Keys = Read0(vector.GetProperty("keys")),
        };
        Assert.Equal(id, KeysetId.Of(1, unit, inputFeePpk, expiry, keyset.Keys).ToString());
        Assert.True(keyset.HasItsId());
        Assert.False((keyset with { Unit = "usd" }).HasItsId());
        Assert.Equal(expiry is not null, keyset.IsExpired(long.MaxValue));
        Assert.False(keyset.IsExpired((expiry ?? long.MaxValue) - 1));
    }

    [Theory, Vectors("cashu/keyset_id.json", "invalid_keysets")]
    public void Keys_that_are_no_compressed_points_are_refused(JsonElement keys) => Assert.Contains(
        keys.EnumerateObject(), k => !PointText.TryParse(Encoding.ASCII.GetBytes(k.Value.GetString()!), out var t) || !t.TryGetPoint(out _));

    [Theory, Vectors("cashu/keyset_id.json", "valid_keysets")]
    public void Keys_that_are_points_are_taken(JsonElement vector) => Assert.NotEmpty(Read0(vector));

    [Theory, Vectors("cashu/keyset_derivation.json", "keysets")]
    public void Keys_come_from_the_seed(string unit, int index, int inputFeePpk, string idV1, string idV2, JsonElement vector)
    {
        var mint = MintKeys.FromMintSeed(Known.Bytes(Get(VectorsAttribute.Load("cashu/keyset_derivation.json"), "seed")));
        var expiry = vector.GetProperty("final_expiry").Deserialize<long?>();
        var order = vector.GetProperty("keys").EnumerateObject().Count();
        var old = mint.Keyset(unit, index, 0, order, inputFeePpk, expiry, true);
        var @new = mint.Keyset(unit, index, 1, order, inputFeePpk, expiry, true);
        Assert.Equal(idV1, old.Id.ToString());
        Assert.Equal(idV2, @new.Id.ToString());
        Assert.Equal(Read0(vector.GetProperty("keys")), @new.Keyset.Keys);
        foreach (var key in vector.GetProperty("private_keys").EnumerateObject())
            Assert.Equal(key.Value.GetString(), Convert.ToHexStringLower(@new.Secret(ulong.Parse(key.Name))));
        Assert.False(@new.Has(1UL << order));
        Assert.False(@new.Has(0));
        Assert.False(@new.Has(3));
    }

    [Fact]
    public void Identity_and_fake_node_come_from_the_seed()
    {
        var vector = VectorsAttribute.Load("cashu/keyset_derivation.json");
        var mint = MintKeys.FromMintSeed(Known.Bytes(Get(vector, "seed")));
        Assert.Equal(Get(vector.GetProperty("identity"), "pubkey"), mint.Identity().ToString());
        var secret = new byte[32];
        mint.FakeNode(secret);
        Assert.Equal(Get(vector.GetProperty("fake_node"), "private_key"), Convert.ToHexStringLower(secret));
        Assert.True(Secp256k1.TryPublicKey(secret, out var node));
        Assert.Equal(Get(vector.GetProperty("fake_node"), "pubkey"), node.ToString());
    }

    [Fact]
    public void The_installation_s_seed_gives_the_mint_its_own()
    {
        var bytes = new byte[32];
        Seed.FromBytes(new byte[32]).Derive("cashu", "mint", bytes);
        Assert.Equal(MintKeys.FromMintSeed(bytes).Identity(), new MintKeys(Seed.FromBytes(new byte[32])).Identity());
        var (one, other) = (new byte[32], new byte[32]);
        Known.Keys.Preimage(new QuoteId("a"), one);
        Known.Keys.Preimage(new QuoteId("b"), other);
        Assert.NotEqual(one, other);
    }

    [Fact]
    public void Signing_and_verifying_allocate_nothing()
    {
        var keyset = Known.Keyset();
        var proof = Known.Proof(keyset, 4, "allocates nothing");
        var blinded = Known.Point(Known.Generator);
        Action work = () =>
        {
            var y = HashToCurve.Hash(proof.Secret.Utf8.Span);
            if (!BlindSignatures.Verify(keyset.Secret(4), y, proof.C)) throw new InvalidOperationException();
            var signature = BlindSignatures.Sign(keyset.Secret(4), blinded);
            _ = Dleq.Make(keyset.Secret(4), keyset.Point(4), blinded, signature);
        };
        for (var i = 0; i < 3; i++) work();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) work();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static Dleq Read(JsonElement vector)
    {
        Assert.True(Scalar.TryParse(Encoding.ASCII.GetBytes(Get(vector, "e")), out var e));
        Assert.True(Scalar.TryParse(Encoding.ASCII.GetBytes(Get(vector, "s")), out var s));
        return new Dleq(e, s);
    }

    private static AmountKey[] Read0(JsonElement keys) =>
        [.. keys.EnumerateObject().Select(k => new AmountKey(ulong.Parse(k.Name), Known.Key(k.Value.GetString()!)))];

    private static string Get(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
