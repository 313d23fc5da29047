using System.Buffers.Binary;

namespace Turnpike.Bench.Load;

/// <summary>The load client's framing: masked text frames out, any server's frames in (RFC 6455, 5.2).</summary>
internal static class Frames
{
    // Not zero: npm ws skips the unmasking for a key of zeros.
    public static ReadOnlySpan<byte> MaskKey => [0x37, 0xfa, 0x21, 0x3d];

    /// <summary>A masked text frame.</summary>
    public static byte[] Masked(ReadOnlySpan<byte> text)
    {
        byte[] head = text.Length switch
        {
            < 126 => [0x81, (byte)(0x80 | text.Length)],
            <= ushort.MaxValue => [0x81, 0x80 | 126, (byte)(text.Length >> 8), (byte)(text.Length & 0xff)],
            _ => [0x81, 0x80 | 127, 0, 0, 0, 0, .. BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(text.Length))],
        };
        byte[] frame = [.. head, .. MaskKey, .. text];
        var payload = frame.AsSpan(head.Length + MaskKey.Length);
        for (var i = 0; i < payload.Length; i++) payload[i] ^= MaskKey[i & 3];
        return frame;
    }

    /// <summary>Takes one whole frame from the front of <paramref name="data"/>; false if it is not all there yet.</summary>
    public static bool TryTake(ReadOnlySpan<byte> data, out int opcode, out ReadOnlySpan<byte> payload, out int taken)
    {
        opcode = taken = 0;
        payload = default;
        if (data.Length < 2) return false;
        if ((data[0] & 0x70) != 0) throw new IOException($"A frame has a reserved bit set: {data[0]:x2}.");
        if ((data[1] & 0x80) != 0) throw new IOException("The server masked a frame.");
        opcode = data[0] & 0x0F;
        long length = data[1];
        var head = length switch { < 126 => 2, 126 => 4, _ => 10 };
        if (data.Length < head) return false;
        if (head == 4) length = BinaryPrimitives.ReadUInt16BigEndian(data[2..]);
        if (head == 10) length = BinaryPrimitives.ReadInt64BigEndian(data[2..]);
        if (data.Length - head < length) return false;
        payload = data.Slice(head, (int)length);
        taken = head + (int)length;
        return true;
    }
}
