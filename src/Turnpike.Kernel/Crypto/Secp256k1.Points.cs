using static Turnpike.Kernel.Crypto.Secp256k1Native;

namespace Turnpike.Kernel.Crypto;

// Points: reading, writing, and their arithmetic.
public static unsafe partial class Secp256k1
{
    private const uint Compressed = 0x102;
    private const uint Uncompressed = 0x002;
    private const int StackPoints = 16;

    /// <summary>Adds the tweak's multiple of the generator to a point: <c>key + tweak·G</c>.</summary>
    /// <param name="key">The point.</param>
    /// <param name="tweak">32 bytes, below the group's order; may be 0.</param>
    /// <param name="result">The sum; the default after false.</param>
    /// <returns>False if the key is the default, the tweak is too large or the sum is the point at infinity.</returns>
    /// <exception cref="ArgumentException"><paramref name="tweak"/> has another length.</exception>
    public static bool TryTweakAdd(in PublicKey key, ReadOnlySpan<byte> tweak, out PublicKey result)
    {
        Lengths.Require(tweak.Length, TweakLength);
        Point point;
        result = default;
        if (!TryLoad(key.Span, &point)) return false;
        fixed (byte* by = tweak)
        {
            if (secp256k1_ec_pubkey_tweak_add(Context, &point, by) != 1) return false;
        }
        result = Compress(&point);
        return true;
    }

    /// <summary>Multiplies a point: <c>tweak·key</c>.</summary>
    /// <param name="key">The point.</param>
    /// <param name="tweak">32 bytes, not 0 and below the group's order. For secret ones there is TryEcdhPoint.</param>
    /// <param name="result">The product; the default after false.</param>
    /// <returns>False if the key is the default or the tweak is out of range.</returns>
    /// <exception cref="ArgumentException"><paramref name="tweak"/> has another length.</exception>
    public static bool TryTweakMul(in PublicKey key, ReadOnlySpan<byte> tweak, out PublicKey result)
    {
        Lengths.Require(tweak.Length, TweakLength);
        Point point;
        result = default;
        if (!TryLoad(key.Span, &point)) return false;
        fixed (byte* by = tweak)
        {
            if (secp256k1_ec_pubkey_tweak_mul(Context, &point, by) != 1) return false;
        }
        result = Compress(&point);
        return true;
    }

    /// <summary>The multiple of the generator: <c>secretKey·G</c>, in constant time.</summary>
    /// <param name="secretKey">Any bytes.</param>
    /// <param name="point">The product; the default after false.</param>
    /// <returns>False if <see cref="IsSecretKey"/> is.</returns>
    public static bool TryMultiplyGenerator(ReadOnlySpan<byte> secretKey, out CurvePoint point)
    {
        point = default;
        if (secretKey.Length != SecretKeyLength) return false;
        Point made;
        fixed (byte* secret = secretKey)
        {
            if (secp256k1_ec_pubkey_create(Context, &made, secret) != 1) return false;
        }
        point = Uncompress(&made);
        return true;
    }

    /// <summary>The point with the same x and the other y.</summary>
    /// <param name="key">The point.</param>
    /// <param name="result">Its negative; the default after false.</param>
    /// <returns>False if the key is the default.</returns>
    public static bool TryNegate(in PublicKey key, out PublicKey result)
    {
        Point point;
        result = default;
        if (!TryLoad(key.Span, &point) || secp256k1_ec_pubkey_negate(Context, &point) != 1) return false;
        result = Compress(&point);
        return true;
    }

    /// <summary>The sum of points.</summary>
    /// <param name="keys">At least one. Up to 16 are added without an allocation.</param>
    /// <param name="sum">The sum; the default after false.</param>
    /// <returns>False if there is none, one is the default, or the sum is the point at infinity.</returns>
    public static bool TryCombine(ReadOnlySpan<PublicKey> keys, out PublicKey sum)
    {
        sum = default;
        if (keys.IsEmpty) return false;
        var points = keys.Length <= StackPoints ? stackalloc Point[StackPoints] : new Point[keys.Length];
        var pointers = keys.Length <= StackPoints ? stackalloc nint[StackPoints] : new nint[keys.Length];
        Point result;
        fixed (Point* first = points)
        fixed (nint* addresses = pointers)
        {
            for (var i = 0; i < keys.Length; i++)
            {
                if (!TryLoad(keys[i].Span, first + i)) return false;
                addresses[i] = (nint)(first + i);
            }
            if (secp256k1_ec_pubkey_combine(Context, &result, (Point**)addresses, (nuint)keys.Length) != 1) return false;
        }
        sum = Compress(&result);
        return true;
    }

    internal static bool TryReadPoint(ReadOnlySpan<byte> bytes, out PublicKey key)
    {
        Point point;
        key = default;
        if (!TryLoad(bytes, &point)) return false;
        key = bytes.Length == PublicKey.Length ? new PublicKey(bytes) : Compress(&point);
        return true;
    }

    internal static bool TryReadPoint(ReadOnlySpan<byte> bytes, out CurvePoint read)
    {
        Point point;
        read = default;
        if (!TryLoad(bytes, &point)) return false;
        read = Uncompress(&point);
        return true;
    }

    internal static bool TryWriteUncompressed(in PublicKey key, Span<byte> uncompressed)
    {
        Lengths.Require(uncompressed.Length, PublicKey.UncompressedLength);
        Point point;
        if (!TryLoad(key.Span, &point)) return false;
        Serialize(&point, uncompressed, Uncompressed);
        return true;
    }

    /// <summary>The one way from bytes to the library's own form; nothing else may be handed to its functions as a point.</summary>
    private static bool TryLoad(ReadOnlySpan<byte> bytes, Point* point)
    {
        // The library would also take the hybrid forms 06 and 07.
        if (bytes.Length != PublicKey.Length && !(bytes.Length == PublicKey.UncompressedLength && bytes[0] == 4)) return false;
        fixed (byte* from = bytes) return secp256k1_ec_pubkey_parse(Context, point, from, (nuint)bytes.Length) == 1;
    }

    private static PublicKey Compress(Point* point)
    {
        Span<byte> bytes = stackalloc byte[PublicKey.Length];
        Serialize(point, bytes, Compressed);
        return new PublicKey(bytes);
    }

    private static CurvePoint Uncompress(Point* point)
    {
        Span<byte> bytes = stackalloc byte[CurvePoint.Length];
        Serialize(point, bytes, Uncompressed);
        return new CurvePoint(bytes);
    }

    private static void Serialize(Point* point, Span<byte> bytes, uint form)
    {
        var length = (nuint)bytes.Length;
        fixed (byte* to = bytes) Demand(secp256k1_ec_pubkey_serialize(Context, to, &length, point, form));
    }
}
