using System.Security.Cryptography;

namespace Turnpike.Kernel.Crypto;

/// <summary>SHA3-256 as NIST has it (padding 06); Ethereum's is <see cref="Keccak256"/>.</summary>
/// <remarks>FIPS 202. Over .NET's, which needs OpenSSL 1.1.1 or later.</remarks>
public static class Sha3
{
    /// <summary>Bytes of a digest.</summary>
    public const int Length = 32;

    /// <summary>Hashes bytes of any length.</summary>
    /// <param name="data">What is hashed.</param>
    /// <param name="hash32">Takes 32 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="hash32"/> has another length.</exception>
    /// <exception cref="PlatformNotSupportedException">OpenSSL is older than 1.1.1.</exception>
    public static void Hash256(ReadOnlySpan<byte> data, Span<byte> hash32)
    {
        Lengths.Require(hash32.Length, Length);
        SHA3_256.HashData(data, hash32);
    }
}
