using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Kernel.Tests.Crypto;

/// <summary>Keys on secp256k1 for tests.</summary>
internal static class Keys
{
    /// <summary>The group's order.</summary>
    public const string Order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

    public const string Generator = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

    public static Gen<byte[]> Secrets => Arbitraries.Bytes(32).Where(b => Secp256k1.IsSecretKey(b));

    public static byte[] Bytes(string hex) => Convert.FromHexString(hex.StartsWith("0x", StringComparison.Ordinal) ? hex[2..] : hex);

    public static byte[] Sha256(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    /// <summary>A small number as 32 bytes.</summary>
    public static byte[] Number(int value) => [.. new byte[28], .. BitConverter.GetBytes(value).Reverse()];

    public static PublicKey Public(byte[] secret)
    {
        Assert.True(Secp256k1.TryPublicKey(secret, out var key));
        return key;
    }

    public static PublicKey Parse(string hex)
    {
        Assert.True(PublicKey.TryParse(hex, out var key), hex);
        return key;
    }
}
