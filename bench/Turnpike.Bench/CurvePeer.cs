using System.Diagnostics;
using System.Security.Cryptography;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Bench;

/// <summary>
/// What a mint cannot do without, and nothing else: libsecp256k1's work for so many inputs and outputs, on all cores. An input takes a
/// point (and on average one try that finds none) and a multiplication; an output a point and, for the signature and its DLEQ proof, two
/// multiplications and one of the generator.
/// </summary>
internal static class CurvePeer
{
    /// <summary>Requests a second.</summary>
    public static async Task<double> RateAsync(int inputs, int outputs, TimeSpan window)
    {
        var (point, none) = (Candidate(isPoint: true), Candidate(isPoint: false));
        var start = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(() =>
        {
            var key = SHA256.HashData("key"u8);
            long count = 0;
            for (; Stopwatch.GetElapsedTime(start) < window; count++)
            {
                for (var i = 0; i < inputs; i++) Verify(point, none, key);
                for (var i = 0; i < outputs; i++) Sign(point, key);
            }
            return count;
        })));
        return counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Verify(byte[] point, byte[] none, byte[] key)
    {
        if (CurvePoint.TryRead(none, out _) || !CurvePoint.TryRead(point, out var y) || !Secp256k1.TryMultiply(y, key, out _))
            throw new InvalidOperationException("The curve has changed.");
    }

    private static void Sign(byte[] point, byte[] key)
    {
        if (!CurvePoint.TryRead(point, out var blinded) || !Secp256k1.TryMultiply(blinded, key, out _)
            || !Secp256k1.TryMultiply(blinded, key, out _) || !Secp256k1.TryMultiplyGenerator(key, out _))
            throw new InvalidOperationException("The curve has changed.");
    }

    private static byte[] Candidate(bool isPoint)
    {
        for (byte number = 0; ; number++)
        {
            byte[] candidate = [2, .. SHA256.HashData([number])];
            if (CurvePoint.TryRead(candidate, out _) == isPoint) return candidate;
        }
    }
}
