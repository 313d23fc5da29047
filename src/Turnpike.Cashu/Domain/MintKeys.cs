using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Domain;

/// <summary>All that a mint derives from its seed. The same seed gives the same mint.</summary>
/// <remarks>docs/specs/cashu.md 4.2. Vectors: tests/vectors/cashu/keyset_derivation.json.</remarks>
public sealed class MintKeys
{
    private readonly byte[] _seed;

    /// <summary>The mint of an installation.</summary>
    /// <param name="seed">The installation's seed.</param>
    public MintKeys(Seed seed)
    {
        _seed = new byte[Seed.Length];
        seed.Derive("cashu", "mint", _seed);
    }

    private MintKeys(ReadOnlySpan<byte> mintSeed) => _seed = mintSeed.ToArray();

    /// <summary>The mint of a mint's own seed (vectors).</summary>
    /// <param name="mintSeed">32 bytes: what is derived from the installation's seed.</param>
    internal static MintKeys FromMintSeed(ReadOnlySpan<byte> mintSeed) => new(mintSeed);

    /// <summary>The mint's public identity, <c>pubkey</c> of its info document.</summary>
    public PublicKey Identity()
    {
        Span<byte> secret = stackalloc byte[Scalar.Length];
        return DeriveScalar("Turnpike_Cashu_Identity_v1"u8, secret).Compressed;
    }

    /// <summary>The secret key of the fake Lightning node.</summary>
    /// <param name="secretKey">Takes 32 bytes.</param>
    public void FakeNode(Span<byte> secretKey) => DeriveScalar("Turnpike_Cashu_FakeNode_v1"u8, secretKey);

    /// <summary>The preimage of a mint quote's invoice.</summary>
    /// <param name="quote">The quote.</param>
    /// <param name="preimage">Takes 32 bytes.</param>
    public void Preimage(QuoteId quote, Span<byte> preimage) =>
        HMACSHA256.HashData(_seed, [.. "Turnpike_Cashu_Preimage_v1"u8, .. Encoding.UTF8.GetBytes(quote.Value)], preimage);

    /// <summary>What the fake node makes up as preimage of a foreign invoice: <c>HMAC-SHA256(seed, payment hash)</c>.</summary>
    /// <param name="paymentHash">32 bytes.</param>
    /// <param name="preimage">Takes 32 bytes.</param>
    /// <remarks>docs/specs/cashu.md 9.2.</remarks>
    public void FakePreimage(ReadOnlySpan<byte> paymentHash, Span<byte> preimage) => HMACSHA256.HashData(_seed, paymentHash, preimage);

    /// <summary>A keyset.</summary>
    /// <param name="unit">Its unit.</param>
    /// <param name="index">Which of the unit's keysets, from 0.</param>
    /// <param name="version">0 or 1.</param>
    /// <param name="order">Keys for 2^0 to 2^(order−1); 1 to 63.</param>
    /// <param name="inputFeePpk">Thousandths of the unit for each input.</param>
    /// <param name="finalExpiry">Unix seconds, or null.</param>
    /// <param name="isActive">Whether outputs may be of it.</param>
    public MintKeyset Keyset(string unit, int index, int version, int order, int inputFeePpk, long? finalExpiry, bool isActive)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, 63);
        var secrets = new byte[order * Scalar.Length];
        var points = new CurvePoint[order];
        for (var i = 0; i < order; i++) points[i] = DeriveKey(unit, index, 1UL << i, secrets.AsSpan(i * Scalar.Length, Scalar.Length));
        AmountKey[] keys = [.. points.Select((p, i) => new AmountKey(1UL << i, p.Compressed))];
        var keyset = new Keyset
        {
            Id = KeysetId.Of(version, unit, inputFeePpk, finalExpiry, keys),
            Unit = unit,
            IsActive = isActive,
            InputFeePpk = inputFeePpk,
            FinalExpiry = finalExpiry,
            Keys = keys,
        };
        return new MintKeyset(keyset, index, secrets, points);
    }

    /// <summary>Says nothing of the keys.</summary>
    public override string ToString() => nameof(MintKeys);

    private CurvePoint DeriveKey(string unit, int index, ulong amount, Span<byte> secretKey)
    {
        var name = Encoding.UTF8.GetBytes(unit);
        Span<byte> numbers = stackalloc byte[16];
        BinaryPrimitives.WriteInt32BigEndian(numbers, name.Length);
        BinaryPrimitives.WriteInt32BigEndian(numbers[4..], index);
        BinaryPrimitives.WriteUInt64BigEndian(numbers[8..], amount);
        return DeriveScalar([.. "Turnpike_Cashu_Key_v1"u8, .. numbers[..4], .. name, .. numbers[4..]], secretKey);
    }

    private CurvePoint DeriveScalar(ReadOnlySpan<byte> label, Span<byte> secretKey)
    {
        byte[] message = [.. label, 0];
        while (true)
        {
            HMACSHA256.HashData(_seed, message, secretKey);
            if (Secp256k1.TryMultiplyGenerator(secretKey, out var point)) return point;
            message[^1]++;
        }
    }
}
