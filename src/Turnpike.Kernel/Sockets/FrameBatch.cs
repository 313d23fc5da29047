namespace Turnpike.Kernel.Sockets;

/// <summary>
/// Ready-made frames, one after the other, each with its offset; shared by every session that gets them and never changed.
/// </summary>
internal sealed class FrameBatch(byte[] bytes, int[] ends, long[] offsets)
{
    /// <summary>No frames: a change of which an encoding wants nothing.</summary>
    public static readonly FrameBatch Empty = new([], [], []);

    public byte[] Bytes => bytes;

    public int Count => ends.Length;

    /// <summary>Where in <see cref="Bytes"/> the frame begins; the end of all for <see cref="Count"/>.</summary>
    public int StartOf(int frame) => frame == 0 ? 0 : ends[frame - 1];

    /// <summary>The frame alone.</summary>
    public ReadOnlyMemory<byte> FrameAt(int frame) => bytes.AsMemory(StartOf(frame)..ends[frame]);

    public long OffsetOf(int frame) => offsets[frame];

    /// <summary>The first frame with an offset greater than <paramref name="after"/>.</summary>
    public int FirstAfter(long after)
    {
        var index = Array.BinarySearch(offsets, after);
        if (index < 0) return ~index;
        while (index < offsets.Length && offsets[index] == after) index++;
        return index;
    }

    /// <summary>How many frames from <paramref name="from"/> on fit into the room.</summary>
    public int Fitting(int from, long room)
    {
        var limit = StartOf(from) + Math.Max(0, room);
        if (limit >= bytes.Length) return Count - from;
        var index = Array.BinarySearch(ends, (int)limit);
        return Math.Max(0, (index < 0 ? ~index : index + 1) - from);
    }
}
