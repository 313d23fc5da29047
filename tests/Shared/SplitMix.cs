namespace Turnpike.Tests;

/// <summary>A small generator with a seed, so that a failing run can be repeated (SplitMix64).</summary>
public struct SplitMix(ulong seed)
{
    private ulong _state = seed;

    public ulong Next() => unchecked(Mix(_state += 0x9E3779B97F4A7C15));

    /// <summary>0 to <paramref name="bound"/> - 1.</summary>
    public int Below(int bound) => (int)(Next() % (ulong)bound);

    private static ulong Mix(ulong z) => unchecked(Mix2((z ^ z >> 30) * 0xBF58476D1CE4E5B9));

    private static ulong Mix2(ulong z) => unchecked(Mix3((z ^ z >> 27) * 0x94D049BB133111EB));

    private static ulong Mix3(ulong z) => z ^ z >> 31;
}

/// <summary>Bytes that are almost what they should be.</summary>
public static class Mutations
{
    /// <summary>One to four changes: a bit, a byte, a piece out, twice, or moved.</summary>
    public static byte[] Of(ReadOnlySpan<byte> bytes, ref SplitMix random)
    {
        var result = bytes.ToArray().ToList();
        for (var changes = 1 + random.Below(4); changes > 0 && result.Count > 0; changes--)
        {
            var at = random.Below(result.Count);
            var length = Math.Min(1 + random.Below(8), result.Count - at);
            switch (random.Below(5))
            {
                case 0: result[at] ^= (byte)(1 << random.Below(8)); break;
                case 1: result[at] = (byte)random.Below(256); break;
                case 2: result.RemoveRange(at, length); break;
                case 3: result.InsertRange(at, result.GetRange(at, length)); break;
                default:
                    var piece = result.GetRange(at, length);
                    result.RemoveRange(at, length);
                    result.InsertRange(random.Below(result.Count + 1), piece);
                    break;
            }
        }

        return [.. result];
    }
}
