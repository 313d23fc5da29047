using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Turnpike.Kernel.Storage;

/// <summary>PostgreSQL's advisory locks are numbers: of a name, the first eight bytes of its SHA-256, big-endian.</summary>
/// <remarks>The same on every node and in every version. Two names on one number cost time, and could deadlock, which is retried.</remarks>
internal static class AdvisoryLock
{
    /// <summary>Held in common by works that append events, until they have ended: a feed looks who holds it.</summary>
    public static readonly long Append = Of("kernel/append");

    /// <summary>Held by who migrates.</summary>
    public static readonly long Migrate = Of("kernel/migrate");

    public static long Of(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }
}
