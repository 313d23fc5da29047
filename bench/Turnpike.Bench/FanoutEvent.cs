using System.Buffers.Text;

namespace Turnpike.Bench;

/// <summary>The event that every fan-out server publishes: 300 bytes of JSON, <c>{"seq":"0000000001","data":"aaa…"}</c>.</summary>
/// <param name="Seq">Ten digits, rising by one from zero.</param>
/// <param name="Data">What fills the event up to its size.</param>
/// <remarks>As a record for SignalR, which serializes it itself; the others are given the bytes.</remarks>
internal sealed record FanoutEvent(string Seq, string Data)
{
    public const int Length = 300;
    private const int Digits = 10;
    private static readonly string Padding = new('a', Length - "{'seq':'0123456789','data':''}".Length);
    private static readonly byte[] Template = System.Text.Encoding.ASCII.GetBytes(Text(0));

    public static FanoutEvent Number(long sequence) => new(Sequence(sequence), Padding);

    public static byte[] Bytes(long sequence)
    {
        var bytes = Template.AsSpan().ToArray();
        Utf8Formatter.TryFormat(sequence, bytes.AsSpan(SequenceAt), out _, new System.Buffers.StandardFormat('D', Digits));
        return bytes;
    }

    /// <summary>The event's number if these bytes are an event, otherwise −1.</summary>
    public static long Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length != Length || !utf8[..SequenceAt].SequenceEqual(Template.AsSpan(0, SequenceAt))) return -1;
        var rest = SequenceAt + Digits;
        if (!utf8[rest..].SequenceEqual(Template.AsSpan(rest))) return -1;
        return Utf8Parser.TryParse(utf8.Slice(SequenceAt, Digits), out long number, out var used) && used == Digits ? number : -1;
    }

    private const int SequenceAt = 8;

    private static string Sequence(long sequence) => sequence.ToString("D10", System.Globalization.CultureInfo.InvariantCulture);

    private static string Text(long sequence) => $$"""{"seq":"{{Sequence(sequence)}}","data":"{{Padding}}"}""";
}
