using System.Buffers.Binary;
using System.Numerics;

namespace Turnpike.Soak;

/// <summary>Repeatable randomness: SplitMix64 from a seed, so that a run that failed can be run again.</summary>
public sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            var z = _state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>A number from 0 to <paramref name="below"/> − 1.</summary>
    public int Next(int below) => (int)Math.BigMul(Next(), (ulong)below, out _);

    /// <summary>True once in <paramref name="times"/>.</summary>
    public bool OnceIn(int times) => Next(times) == 0;

    /// <summary>One of them.</summary>
    public T Of<T>(params ReadOnlySpan<T> choices) => choices[Next(choices.Length)];

    /// <summary>Small numbers often, large ones seldom: what lengths and offsets should look like.</summary>
    public int Skewed(int below) => below <= 1 ? 0 : (int)(Next() >> (64 - 1 - Next(BitOperations.Log2((uint)below) + 1))) % below;

    /// <summary>Fills with random bytes.</summary>
    public void Fill(Span<byte> bytes)
    {
        Span<byte> eight = stackalloc byte[8];
        for (; bytes.Length > 0; bytes = bytes[Math.Min(8, bytes.Length)..])
        {
            BinaryPrimitives.WriteUInt64LittleEndian(eight, Next());
            eight[..Math.Min(8, bytes.Length)].CopyTo(bytes);
        }
    }

    /// <summary>An independent generator, so that workers beside each other stay repeatable.</summary>
    public Dice Split() => new(Next());
}
