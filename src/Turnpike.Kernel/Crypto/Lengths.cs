using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Turnpike.Kernel.Crypto;

/// <summary>Guards before a pointer is handed to native code, which takes lengths on trust.</summary>
internal static class Lengths
{
    /// <exception cref="ArgumentException"><paramref name="length"/> is not <paramref name="expected"/>.</exception>
    public static void Require(int length, int expected, [CallerArgumentExpression(nameof(length))] string? what = null)
    {
        if (length != expected) Refuse(length, expected, what);
    }

    [DoesNotReturn]
    private static void Refuse(int length, int expected, string? what) =>
        throw new ArgumentException($"{what} is {length}; it must be {expected} (bytes).");
}
