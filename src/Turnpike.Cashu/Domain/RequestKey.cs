using System.Security.Cryptography;
using System.Text;

namespace Turnpike.Cashu.Domain;

/// <summary>
/// What a request that moves money is known by when it is repeated: SHA-256 of method, path and body, with a line feed between each.
/// </summary>
/// <param name="Hash">The hash.</param>
/// <remarks>docs/specs/cashu.md 7.1 (NUT-19).</remarks>
public readonly record struct RequestKey(Scalar Hash)
{
    /// <summary>The key of a POST.</summary>
    /// <param name="path">The path as the specification has it, whatever prefix it was mapped under.</param>
    /// <param name="body">The body as it came.</param>
    public static RequestKey OfPost(string path, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("POST\n"u8);
        hash.AppendData(Encoding.UTF8.GetBytes(path));
        hash.AppendData("\n"u8);
        hash.AppendData(body);
        Span<byte> bytes = stackalloc byte[Scalar.Length];
        hash.GetHashAndReset(bytes);
        return new RequestKey(new Scalar(bytes));
    }
}
