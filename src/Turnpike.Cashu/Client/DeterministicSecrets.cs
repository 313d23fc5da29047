using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Client;

/// <summary>A wallet's secrets and blinding factors, which it can make again from its seed after a loss.</summary>
/// <remarks>NUT-13. A counter is used once and is durable before the request that uses it. Vectors: deterministic_secrets.json.</remarks>
public sealed class DeterministicSecrets
{
    /// <summary>Bytes of a seed as BIP 39 makes them of words.</summary>
    public const int SeedLength = 64;

    private const uint Hardened = 0x80000000;

    private readonly byte[] _seed;

    /// <summary>The secrets of a seed.</summary>
    /// <param name="seed">64 bytes; copied.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public DeterministicSecrets(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedLength) throw new ArgumentException($"A seed has {SeedLength} bytes, not {seed.Length}.", nameof(seed));
        _seed = seed.ToArray();
    }

    /// <summary>The secrets of words (BIP 39). The words' own checksum is not looked at.</summary>
    /// <param name="mnemonic">The words, one space between them.</param>
    /// <param name="passphrase">The passphrase, or the empty text.</param>
    public static DeterministicSecrets FromMnemonic(string mnemonic, string passphrase = "")
    {
        var salt = Encoding.UTF8.GetBytes("mnemonic" + passphrase.Normalize(NormalizationForm.FormKD));
        var words = Encoding.UTF8.GetBytes(mnemonic.Normalize(NormalizationForm.FormKD));
        return new DeterministicSecrets(Rfc2898DeriveBytes.Pbkdf2(words, salt, 2048, HashAlgorithmName.SHA512, SeedLength));
    }

    /// <summary>The secret and the blinding factor of a counter.</summary>
    /// <param name="keyset">The keyset; both versions of ids have a way of their own.</param>
    /// <param name="counter">The wallet's counter for this keyset, below 2^31 for ids of version 00.</param>
    /// <param name="r">Takes the 32 bytes of the blinding factor.</param>
    /// <returns>The secret: 64 hexadecimal digits.</returns>
    public string Derive(in KeysetId keyset, ulong counter, Span<byte> r)
    {
        Span<byte> secret = stackalloc byte[Scalar.Length];
        if (keyset.Version == 0)
        {
            var parent = DeriveParent(keyset, checked((uint)counter));
            DeriveChild(parent, 0).Key.CopyTo(secret);
            DeriveChild(parent, 1).Key.CopyTo(r);
        }
        else
        {
            DeriveByHash(keyset, counter, 0, secret);
            DeriveByHash(keyset, counter, 1, r);
            // r is modulo the order, which is so near to 2^256 that this never happens.
            if (!Secp256k1.IsSecretKey(r)) throw new CryptographicException("The blinding factor is no scalar; take the next counter.");
        }

        return Convert.ToHexStringLower(secret);
    }

    private void DeriveByHash(in KeysetId keyset, ulong counter, byte purpose, Span<byte> output)
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(number, counter);
        HMACSHA256.HashData(_seed, [.. "Cashu_KDF_HMAC_SHA256"u8, .. keyset.Span, .. number, purpose], output);
    }

    /// <summary>m/129372'/0'/keyset'/counter' of BIP 32.</summary>
    private Node DeriveParent(in KeysetId keyset, uint counter)
    {
        var number = (uint)(new BigInteger(keyset.Span, isUnsigned: true, isBigEndian: true) % int.MaxValue);
        var master = new Node(HMACSHA512.HashData("Bitcoin seed"u8, _seed));
        var purpose = DeriveChild(DeriveChild(master, Hardened + 129372), Hardened);
        return DeriveChild(DeriveChild(purpose, Hardened + number), Hardened + counter);
    }

    private static Node DeriveChild(Node parent, uint index)
    {
        Span<byte> data = stackalloc byte[PublicKey.Length + sizeof(uint)];
        data[0] = 0;
        if (index >= Hardened) parent.Key.CopyTo(data[1..]);
        else if (Secp256k1.TryPublicKey(parent.Key, out var key)) key.Span.CopyTo(data);
        BinaryPrimitives.WriteUInt32BigEndian(data[PublicKey.Length..], index);
        var child = HMACSHA512.HashData(parent.Chain, data);
        if (!Secp256k1.TryTweakAdd(child.AsSpan(0, Scalar.Length), parent.Key))
            throw new CryptographicException("This counter has no key; take the next.");
        return new Node(child);
    }

    /// <summary>A key of BIP 32 and its chain code.</summary>
    private readonly struct Node(byte[] bytes)
    {
        public ReadOnlySpan<byte> Key => bytes.AsSpan(0, Scalar.Length);

        public ReadOnlySpan<byte> Chain => bytes.AsSpan(Scalar.Length);
    }
}
