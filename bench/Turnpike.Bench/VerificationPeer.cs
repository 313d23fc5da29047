using System.Diagnostics;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Bench;

/// <summary>What a node cannot do without: one ed25519 verification of 32 bytes a transaction. On all cores, and nothing else.</summary>
internal static class VerificationPeer
{
    public static async Task<double> RateAsync(TimeSpan window)
    {
        var seed = new byte[Ed25519.SeedLength];
        var key = new byte[Ed25519.PublicKeyLength];
        var message = new byte[32];
        var signature = new byte[Ed25519.SignatureLength];
        Ed25519.PublicKey(seed, key);
        Ed25519.Sign(seed, message, signature);

        var start = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(() =>
        {
            long count = 0;
            for (; Stopwatch.GetElapsedTime(start) < window; count++)
            {
                if (!Ed25519.Verify(key, message, signature)) throw new InvalidOperationException("A valid signature was refused.");
            }
            return count;
        })));
        return counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
