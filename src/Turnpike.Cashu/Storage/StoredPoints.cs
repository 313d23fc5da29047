using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Storage;

/// <summary>Reads what was written as bytes. What is no point or hash any more is a damaged database.</summary>
internal static class StoredPoints
{
    /// <summary>A point of 33 bytes.</summary>
    public static PublicKey Read(SqlRow row, int column)
    {
        Span<byte> bytes = stackalloc byte[PublicKey.Length];
        row.CopyBytes(column, bytes);
        return PublicKey.TryRead(bytes, out var point) ? point : throw new InvalidCastException($"Column {column} is no point");
    }

    /// <summary>A scalar or hash of 32 bytes.</summary>
    public static Scalar ReadScalar(SqlRow row, int column)
    {
        Span<byte> bytes = stackalloc byte[Scalar.Length];
        row.CopyBytes(column, bytes);
        return new Scalar(bytes);
    }
}
