using System.Buffers;
using System.Text;
using Turnpike.Kernel.Sockets;

namespace Turnpike.Kernel.Tests.Sockets;

public sealed class FrameWriterTests
{
    [Theory]
    [InlineData(0, 2), InlineData(125, 2), InlineData(126, 4), InlineData(127, 4)]
    [InlineData(65535, 4), InlineData(65536, 10), InlineData(200_000, 10)]
    public void A_header_is_as_long_as_the_length_needs(int length, int header)
    {
        var payload = Enumerable.Range(0, length).Select(i => (byte)(i & 0xFF)).ToArray();
        var frames = new FrameWriter(FrameFormat.WebSocket);
        frames.Write(1, payload);
        frames.Begin(2);
        frames.Write("second"u8);
        frames.End();
        var batch = frames.Take();
        Assert.Equal(2, batch.Count);
        Assert.Equal(header + length, batch.StartOf(1));
        Assert.Equal(ServerFrame.Of(ServerFrame.Text, payload), batch.Bytes[..batch.StartOf(1)]);
        Assert.Equal(header + length, ServerFrame.LengthAt(batch.Bytes));
        Assert.Equal([0x81, 6, .. "second"u8], batch.Bytes[batch.StartOf(1)..]);
    }

    [Fact]
    public void A_server_sent_event_has_an_id_and_its_lines()
    {
        var frames = new FrameWriter(FrameFormat.ServerSentEvents);
        frames.Write(1, "{\"a\":1}"u8, "tx1"u8);
        frames.Write(2, "one\ntwo\r\nthree"u8);
        Assert.Equal("id: tx1\ndata: {\"a\":1}\n\ndata: one\ndata: two\ndata: three\n\n", Encoding.UTF8.GetString(frames.Take().Bytes));
    }

    [Fact]
    public void A_batch_finds_its_frames_by_offset_and_by_room()
    {
        var frames = new FrameWriter(FrameFormat.WebSocket);
        foreach (var offset in (long[])[10, 20, 30]) frames.Write(offset, new byte[8]);
        var batch = frames.Take();
        Assert.Equal([0, 0, 1, 1, 2, 3, 3], ((long[])[0, 9, 10, 19, 20, 30, 31]).Select(batch.FirstAfter));
        Assert.Equal([0, 0, 1, 1, 2, 3, 3], ((long[])[-1, 9, 10, 19, 20, 30, 99]).Select(room => batch.Fitting(0, room)));
        Assert.Equal([0, 1, 2], ((long[])[9, 10, 20]).Select(room => batch.Fitting(1, room)));
    }

    [Fact]
    public void Offsets_must_rise()
    {
        var frames = new FrameWriter(FrameFormat.WebSocket);
        frames.Write(5, "a"u8);
        Assert.Throws<ArgumentOutOfRangeException>(() => frames.Write(5, "b"u8));
    }

    [Fact]
    public void A_close_reason_is_cut_between_characters()
    {
        var frame = ServerFrame.Close(4000, string.Concat(Enumerable.Repeat("€", 50)));
        Assert.Equal(2 + 2 + 123, frame.Length);
        Assert.Equal(string.Concat(Enumerable.Repeat("€", 41)), Encoding.UTF8.GetString(frame.AsSpan(4)));
        Assert.Throws<ArgumentOutOfRangeException>(() => ServerFrame.Close(1006, ""));
        Assert.Equal([0x88, 0], ServerFrame.Close(CloseCodes.None, ""));
    }
}
