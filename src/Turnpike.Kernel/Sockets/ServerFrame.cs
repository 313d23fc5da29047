using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Turnpike.Kernel.Sockets;

/// <summary>Frames as a server writes them: whole, unmasked.</summary>
/// <remarks>RFC 6455, 5.2 and 5.5.</remarks>
internal static class ServerFrame
{
    /// <summary>The longest header: opcode, 127, eight bytes of length.</summary>
    public const int MaxHeaderLength = 10;

    public const byte Text = 0x81, Binary = 0x82;
    private const byte CloseByte = 0x88, PingByte = 0x89, PongByte = 0x8A;

    /// <summary>A ping without content.</summary>
    public static readonly byte[] EmptyPing = [PingByte, 0];

    /// <summary>The header's length for a payload: 2, 4 or 10.</summary>
    public static int HeaderLength(int payload) => payload switch { < 126 => 2, <= ushort.MaxValue => 4, _ => 10 };

    /// <summary>The length of a frame with a payload.</summary>
    public static int LengthOf(int payload) => checked(HeaderLength(payload) + payload);

    /// <summary>Writes a header of <see cref="HeaderLength"/> bytes.</summary>
    public static void WriteHeader(Span<byte> header, byte first, int payload)
    {
        header[0] = first;
        switch (HeaderLength(payload))
        {
            case 2:
                header[1] = (byte)payload;
                break;
            case 4:
                header[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)payload);
                break;
            default:
                header[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(header[2..], (ulong)payload);
                break;
        }
    }

    /// <summary>A data frame in memory of its own.</summary>
    /// <param name="first">FIN and opcode, <see cref="Text"/> or <see cref="Binary"/>.</param>
    /// <param name="payload">Its content.</param>
    public static byte[] Of(byte first, ReadOnlySpan<byte> payload)
    {
        var header = HeaderLength(payload.Length);
        var frame = new byte[header + payload.Length];
        WriteHeader(frame, first, payload.Length);
        payload.CopyTo(frame.AsSpan(header));
        return frame;
    }

    /// <summary>A text frame up to where its shared content begins.</summary>
    /// <param name="prefix">The beginning of its payload.</param>
    /// <param name="content">How many bytes of payload follow.</param>
    public static byte[] StartOf(ReadOnlySpan<byte> prefix, int content)
    {
        var payload = checked(prefix.Length + content);
        var header = HeaderLength(payload);
        var start = new byte[header + prefix.Length];
        WriteHeader(start, Text, payload);
        prefix.CopyTo(start.AsSpan(header));
        return start;
    }

    /// <summary>A pong with the ping's payload, at most 125 bytes.</summary>
    public static byte[] Pong(ReadOnlySpan<byte> payload) => Of(PongByte, payload);

    /// <summary>A close frame; 1005 gives one without a body, as it answers one without.</summary>
    /// <param name="code">One that may be on the wire, or 1005.</param>
    /// <param name="reason">Cut at 123 bytes of UTF-8, between characters.</param>
    public static byte[] Close(int code, string reason)
    {
        if (code == CloseCodes.None) return [CloseByte, 0];
        if (!CloseCodes.IsOnWire(code)) throw new ArgumentOutOfRangeException(nameof(code), code, "No close frame may carry it.");
        Span<byte> body = stackalloc byte[2 + CloseCodes.MaxReasonLength];
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)code);
        Utf8.FromUtf16(reason, body[2..], out _, out var written);
        return Of(CloseByte, body[..(2 + written)]);
    }

    /// <summary>The length of the whole frame of ours that begins here.</summary>
    public static int LengthAt(ReadOnlySpan<byte> frame) => frame[1] switch
    {
        126 => 4 + BinaryPrimitives.ReadUInt16BigEndian(frame[2..]),
        127 => checked((int)(10 + BinaryPrimitives.ReadUInt64BigEndian(frame[2..]))),
        var length => 2 + length,
    };

    /// <summary>A server-sent event in memory of its own, without an id.</summary>
    public static byte[] Event(ReadOnlySpan<byte> payload)
    {
        var frames = new FrameWriter(FrameFormat.ServerSentEvents);
        frames.Write(0, payload);
        return frames.Take().Bytes;
    }

    /// <summary>A comment, which keeps a stream of events from looking dead.</summary>
    public static readonly byte[] Comment = Encoding.ASCII.GetBytes(":\n\n");
}
