using Turnpike.Kernel.Sockets;

namespace Turnpike.Kernel.Tests.Sockets;

public sealed class OutboxTests
{
    private readonly byte[] _scratch = new byte[1000];

    private static byte[] Text(int length, byte fill = 1) => ServerFrame.Of(ServerFrame.Text, [.. Enumerable.Repeat(fill, length)]);

    private static Outbox Opened(int limit)
    {
        var outbox = new Outbox(limit, FrameFormat.WebSocket);
        Assert.Equal(Queued.Taken, outbox.Open());
        return outbox;
    }

    [Fact]
    public void Nothing_leaves_before_it_is_open()
    {
        var outbox = new Outbox(100, FrameFormat.WebSocket);
        Assert.Equal(Queued.Taken, outbox.Add(Text(8)));
        Assert.False(outbox.Begin(_scratch, out _));
        Assert.Equal(Queued.Idle, outbox.Open());
        Assert.True(outbox.Begin(_scratch, out var bytes));
        Assert.Equal(10, bytes.Length);
    }

    [Fact]
    public void It_is_bounded_but_takes_anything_when_it_is_empty()
    {
        var outbox = Opened(100);
        Assert.Equal(Queued.Idle, outbox.Add(Text(500)));
        Assert.Equal(Queued.Full, outbox.Add(Text(1)));
        Assert.True(outbox.Begin(_scratch, out var bytes));
        Assert.Equal(504, bytes.Length);
        outbox.Release(504);
        Assert.Equal(Queued.Idle, outbox.Add(Text(98)));
        Assert.Equal(Queued.Full, outbox.Add(Text(0)));
    }

    [Fact]
    public void A_batch_is_taken_as_far_as_there_is_room()
    {
        var frames = new FrameWriter(FrameFormat.WebSocket);
        for (var i = 1; i <= 5; i++) frames.Write(i, new byte[18]);
        var batch = frames.Take();
        var outbox = Opened(50);
        var from = 0;
        Assert.Equal(Queued.Idle, outbox.Add(batch, ref from));
        Assert.Equal(2, from);
        Assert.Equal(Queued.Full, outbox.Add(batch, ref from));
        Assert.Equal(2, from);
    }

    [Fact]
    public void One_sender_at_a_time()
    {
        var outbox = Opened(1000);
        outbox.Add(Text(8));
        Assert.True(outbox.Begin(_scratch, out _));
        Assert.Equal(Queued.Taken, outbox.Add(Text(8)));
        Assert.False(outbox.Begin(_scratch, out _));
        Assert.Equal(Queued.Idle, outbox.Release(10));
        Assert.True(outbox.Begin(_scratch, out var bytes));
        Assert.Equal(10, bytes.Length);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(9), InlineData(10), InlineData(11), InlineData(25), InlineData(30), InlineData(33)]
    public void Control_frames_go_ahead_but_never_into_a_frame(int sent)
    {
        var frames = new FrameWriter(FrameFormat.WebSocket);
        for (var i = 1; i <= 3; i++) frames.Write(i, [.. Enumerable.Repeat((byte)i, 8)]);
        var outbox = Opened(1000);
        var from = 0;
        outbox.Add(frames.Take(), ref from);
        outbox.Add(Text(4, 4));
        outbox.Begin(_scratch, out var bytes);
        List<byte> wire = [.. bytes[..sent]];
        outbox.SentSome(sent);
        outbox.AddPong(ServerFrame.Pong("old"u8));
        outbox.AddPong(ServerFrame.Pong("new"u8));
        outbox.AddPing(ServerFrame.EmptyPing);
        for (var piece = outbox.Peek(7); !piece.IsEmpty; piece = outbox.Peek(7))
        {
            wire.AddRange(piece.Span);
            outbox.SentSome(piece.Length);
        }
        var found = new List<string>();
        for (var rest = wire.ToArray().AsSpan(); !rest.IsEmpty; rest = rest[ServerFrame.LengthAt(rest)..])
            found.Add($"{rest[0]:x}{(rest[1] > 0 ? rest[2] : 0)}");
        string[] data = ["811", "812", "813", "814"];
        var before = Math.Min((sent + 9) / 10, sent > 30 ? 4 : 3);
        Assert.Equal([.. data[..before], "890", $"8a{(int)'n'}", .. data[before..]], found);
    }

    /// <summary>Cut at every byte: within a header, a prefix, at the seam, within what is shared, between frames.</summary>
    [Fact]
    public void Shared_contents_leave_behind_their_prefixes_and_control_frames_between_them()
    {
        const int all = 3 * (2 + 4 + 8);
        for (var sent = 0; sent <= all; sent++)
        {
            for (var piece = 1; piece <= all; piece += 4)
            {
                var contents = new FrameWriter(FrameFormat.Content);
                for (var i = 1; i <= 3; i++) contents.Write(i, [.. Enumerable.Repeat((byte)('0' + i), 8)]);
                var outbox = Opened(1000);
                var from = 0;
                Assert.Equal(Queued.Idle, outbox.Add(contents.Take(), "pre:"u8, ref from));
                Assert.Equal((3, all), (from, (int)outbox.Bytes));
                Assert.True(outbox.Begin(_scratch, out var bytes));
                List<byte> wire = [.. bytes[..sent]];
                outbox.SentSome(sent);
                outbox.AddPing(ServerFrame.EmptyPing);
                for (var next = outbox.Peek(piece); !next.IsEmpty; next = outbox.Peek(piece))
                {
                    wire.AddRange(next.Span);
                    outbox.SentSome(next.Length);
                }
                Assert.Equal(0, outbox.Bytes);
                var found = new List<string>();
                for (var rest = wire.ToArray().AsSpan(); !rest.IsEmpty; rest = rest[ServerFrame.LengthAt(rest)..])
                    found.Add(rest[0] == 0x89 ? "ping" : System.Text.Encoding.ASCII.GetString(rest[2..ServerFrame.LengthAt(rest)]));
                List<string> expected = ["pre:11111111", "pre:22222222", "pre:33333333"];
                expected.Insert((sent + 13) / 14, "ping");
                Assert.Equal(expected, found);
            }
        }
    }

    [Theory, InlineData(100), InlineData(200), InlineData(70_000)]
    public void Contents_of_any_length_are_taken_as_far_as_there_is_room(int length)
    {
        var contents = new FrameWriter(FrameFormat.Content);
        contents.Write(1, new byte[length]);
        contents.Write(2, new byte[length]);
        var batch = contents.Take();
        var (outbox, from) = (Opened(length + 50), 0);
        Assert.Equal(Queued.Idle, outbox.Add(batch, "p"u8, ref from));
        Assert.Equal(1, from);
        Assert.Equal(Queued.Full, outbox.Add(batch, "p"u8, ref from));
        Assert.Equal(ServerFrame.Of(ServerFrame.Text, [(byte)'p', .. new byte[length]]).Length, outbox.Bytes);
    }

    [Fact]
    public void A_run_passes_only_where_nothing_waits_and_counts_while_it_does()
    {
        var outbox = new Outbox(100, FrameFormat.WebSocket);
        Assert.Equal(Turn.Busy, outbox.BeginRun(10));       // not open yet
        outbox.Open();
        Assert.Equal(Turn.Busy, outbox.BeginRun(101));
        Assert.Equal(Turn.Mine, outbox.BeginRun(90));
        Assert.Equal(Turn.Busy, outbox.BeginRun(10));
        Assert.Equal(Queued.Full, outbox.Add(Text(20)));
        Assert.Equal(Queued.Taken, outbox.Add(Text(8)));
        Assert.False(outbox.Begin(_scratch, out _));
        Assert.Equal(Queued.Idle, outbox.EndRun(90));
        Assert.Equal(10, outbox.Bytes);
        Assert.Equal(Turn.Busy, outbox.BeginRun(10));
        outbox.Drop();
        Assert.Equal(Turn.None, outbox.BeginRun(10));
    }

    [Fact]
    public void A_close_during_a_run_comes_after_it()
    {
        var outbox = Opened(100);
        outbox.BeginRun(10);
        Assert.Equal(Queued.Taken, outbox.AddClose([]));      // as a stream of events closes
        Assert.False(outbox.IsFinished);
        Assert.Equal(Queued.Taken, outbox.EndRun(10));
        Assert.True(outbox.IsFinished);
        Assert.Equal(Turn.None, outbox.BeginRun(10));
    }

    [Theory, InlineData(0), InlineData(3), InlineData(10), InlineData(15), InlineData(20)]
    public void What_is_left_of_a_run_goes_first_and_control_frames_never_into_a_frame(int sent)
    {
        byte[] run = [.. Text(8, 1), .. Text(8, 2)];
        var outbox = Opened(100);
        outbox.BeginRun(run.Length);
        outbox.Add(Text(8, 3));
        outbox.AddPong(ServerFrame.Pong([]));
        outbox.KeepRest(run, sent);
        Assert.Equal(30 - sent, outbox.Bytes);
        outbox.Release(0);
        List<byte> wire = [.. run[..sent]];
        while (outbox.Begin(_scratch, out var bytes))
        {
            wire.AddRange(bytes);
            outbox.Release(bytes.Length);
        }
        List<byte[]> frames = [Text(8, 1), Text(8, 2), Text(8, 3)];
        frames.Insert((sent + 9) / 10, ServerFrame.Pong([]));
        Assert.Equal(frames.SelectMany(frame => frame), wire);
    }

    [Fact]
    public void Close_comes_last_and_nothing_after_it()
    {
        var outbox = Opened(100);
        outbox.Add(Text(8));
        Assert.Equal(Queued.Taken, outbox.AddClose(ServerFrame.Close(1000, "")));
        Assert.Equal(Queued.Closed, outbox.Add(Text(1)));
        Assert.Equal(Queued.Closed, outbox.AddPong(ServerFrame.Pong([])));
        Assert.Equal(Queued.Closed, outbox.AddClose(ServerFrame.Close(1001, "")));
        Assert.True(outbox.Begin(_scratch, out var bytes));
        Assert.Equal([0x88, 2, 0x03, 0xE8], bytes[10..].ToArray());
        Assert.False(outbox.IsFinished);
        outbox.Release(14);
        Assert.True(outbox.IsFinished);
    }

    [Fact]
    public async Task Room_is_announced_when_the_next_frame_fits()
    {
        var outbox = Opened(100);
        outbox.Add(Text(58));
        outbox.Add(Text(28));
        var small = outbox.WhenRoom(10);
        var large = outbox.WhenRoom(80);
        Assert.Same(small, large);
        outbox.Begin(_scratch, out _);
        outbox.SentSome(60);
        Assert.False(large.IsCompleted);
        outbox.SentSome(30);
        Assert.True(await large);
    }

    [Fact]
    public async Task Those_who_wait_for_room_learn_that_there_will_be_none()
    {
        var outbox = Opened(100);
        outbox.Add(Text(90));
        var room = outbox.WhenRoom(50);
        outbox.GiveUp();
        Assert.False(await room);
        var closed = outbox.WhenRoom(50);
        outbox.Drop();
        Assert.True(await closed);
    }
}
