namespace Turnpike.Bench.Load;

/// <summary>The load client's framing: short masked text frames out, any server's frames in (RFC 6455, 5.2).</summary>
internal static class Frames
{
    // Not zero: npm ws skips the unmasking for a key of zeros.
    public static ReadOnlySpan<byte> MaskKey => [0x37, 0xfa, 0x21, 0x3d];

    /// <summary>A masked text frame; the text has at most 125 bytes.</summary>
    public static byte[] Masked(ReadOnlySpan<byte> text)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(text.Length, 125);
        var frame = new byte[6 + text.Length];
        frame[0] = 0x81;
        frame[1] = (byte)(0x80 | text.Length);
        MaskKey.CopyTo(frame.AsSpan(2));
        for (var i = 0; i < text.Length; i++) frame[6 + i] = (byte)(text[i] ^ MaskKey[i & 3]);
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
        if (head == 4) length = System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(data[2..]);
        if (head == 10) length = System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(data[2..]);
        if (data.Length - head < length) return false;
        payload = data.Slice(head, (int)length);
        taken = head + (int)length;
        return true;
    }
}
