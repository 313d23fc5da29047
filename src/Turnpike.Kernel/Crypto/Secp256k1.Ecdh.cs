using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Turnpike.Kernel.Crypto.Secp256k1Native;

namespace Turnpike.Kernel.Crypto;

// Diffie-Hellman: secret·point in constant time, and what each protocol makes of it.
public static unsafe partial class Secp256k1
{
    /// <summary>Bytes of a shared secret that is a hash or an x.</summary>
    public const int SharedSecretLength = 32;

    /// <summary>A shared secret: SHA-256 of the compressed point, as libsecp256k1 and lightning have it.</summary>
    /// <param name="key">The other side's key.</param>
    /// <param name="secretKey">Ours; 32 bytes.</param>
    /// <param name="secret">Takes 32 bytes; undefined after false.</param>
    /// <returns>False if the key is the default or the secret key is none.</returns>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public static bool TryEcdh(in PublicKey key, ReadOnlySpan<byte> secretKey, Span<byte> secret)
    {
        Lengths.Require(secret.Length, SharedSecretLength);
        return TryEcdh(key, secretKey, secret, null, null);
    }

    /// <summary>A shared secret: the point's x alone, not hashed.</summary>
    /// <inheritdoc cref="TryEcdh(in PublicKey, ReadOnlySpan{byte}, Span{byte})"/>
    /// <param name="key">The other side's key.</param>
    /// <param name="secretKey">Ours; 32 bytes.</param>
    /// <param name="x">Takes 32 bytes, big-endian; undefined after false.</param>
    public static bool TryEcdhX(in PublicKey key, ReadOnlySpan<byte> secretKey, Span<byte> x)
    {
        Lengths.Require(x.Length, SharedSecretLength);
        return TryEcdh(key, secretKey, x, &CopyX, null);
    }

    /// <summary>
    /// The shared point itself: what <see cref="TryTweakMul(in PublicKey, ReadOnlySpan{byte}, out PublicKey)"/> finds, in constant time.
    /// </summary>
    /// <inheritdoc cref="TryEcdh(in PublicKey, ReadOnlySpan{byte}, Span{byte})"/>
    /// <param name="key">The other side's key.</param>
    /// <param name="secretKey">Ours; 32 bytes.</param>
    /// <param name="point">The point; the default after false.</param>
    public static bool TryEcdhPoint(in PublicKey key, ReadOnlySpan<byte> secretKey, out PublicKey point)
    {
        Span<byte> compressed = stackalloc byte[PublicKey.Length];
        var found = TryEcdh(key, secretKey, compressed, &CopyPoint, null);
        point = found ? new PublicKey(compressed) : default;
        return found;
    }

    /// <summary>Multiplies a point, in constant time: <c>secretKey·factor</c>. For secrets of ours that meet points of others.</summary>
    /// <param name="factor">The point.</param>
    /// <param name="secretKey">Ours; 32 bytes.</param>
    /// <param name="point">The product; the default after false.</param>
    /// <returns>False if the point is the default or the secret key is none.</returns>
    /// <exception cref="ArgumentException">The secret key has another length.</exception>
    public static bool TryMultiply(in CurvePoint factor, ReadOnlySpan<byte> secretKey, out CurvePoint point)
    {
        Lengths.Require(secretKey.Length, SecretKeyLength);
        Span<byte> product = stackalloc byte[CurvePoint.Length];
        point = default;
        Point loaded;
        if (!TryLoad(factor.Span, &loaded)) return false;
        fixed (byte* secret = secretKey, to = product)
        {
            if (secp256k1_ecdh(Context, to, &loaded, secret, &CopyBoth, null) != 1) return false;
        }
        point = new CurvePoint(product);
        return true;
    }

    /// <summary>A shared secret by a hash of the caller's.</summary>
    /// <param name="key">The other side's key.</param>
    /// <param name="secretKey">Ours; 32 bytes.</param>
    /// <param name="output">Handed to the hash, which alone knows how many bytes it writes; undefined after false.</param>
    /// <param name="hash">
    /// Called once with output, x and y (32 bytes each, big-endian) and <paramref name="data"/>; returns 1, or 0 to refuse.
    /// A static method with <see cref="UnmanagedCallersOnlyAttribute"/> and <see cref="CallConvCdecl"/>; it must not throw.
    /// Null is SHA-256 of the compressed point.
    /// </param>
    /// <param name="data">Handed to the hash.</param>
    /// <returns>False if the key is the default, the secret key is none, or the hash refused.</returns>
    /// <exception cref="ArgumentException">The secret key has another length, or there is no output.</exception>
    public static bool TryEcdh(
        in PublicKey key,
        ReadOnlySpan<byte> secretKey,
        Span<byte> output,
        delegate* unmanaged[Cdecl]<byte*, byte*, byte*, void*, int> hash,
        void* data)
    {
        Lengths.Require(secretKey.Length, SecretKeyLength);
        if (output.IsEmpty || (hash is null && output.Length < SharedSecretLength))
            throw new ArgumentException("There is no room for the shared secret.", nameof(output));
        Point point;
        if (!TryLoad(key.Span, &point)) return false;
        fixed (byte* secret = secretKey, to = output) return secp256k1_ecdh(Context, to, &point, secret, hash, data) == 1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CopyX(byte* output, byte* x, byte* y, void* data)
    {
        Unsafe.CopyBlock(output, x, 32);
        return 1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CopyBoth(byte* output, byte* x, byte* y, void* data)
    {
        output[0] = 4;
        Unsafe.CopyBlock(output + 1, x, 32);
        Unsafe.CopyBlock(output + 33, y, 32);
        return 1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CopyPoint(byte* output, byte* x, byte* y, void* data)
    {
        output[0] = (byte)(2 | y[31] & 1);
        Unsafe.CopyBlock(output + 1, x, 32);
        return 1;
    }
}
