using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Turnpike.Kernel.Sockets;

namespace Turnpike.Kernel.Tests.Sockets;

/// <summary>RFC 6455's rules as a table; every row is also fed split at every byte, and byte by byte.</summary>
public sealed class FrameReaderTests
{
    private const int MaxMessage = 70_000;

    private static byte[] F(byte first, params byte[] payload) => RawClient.Masked(first, payload, 0xA1B2C3D4);

    private static byte[] T(byte first, string text) => F(first, Encoding.UTF8.GetBytes(text));

    private static byte[] Join(params byte[][] frames) => [.. frames.SelectMany(f => f)];

    private static byte[] Header(byte first, byte second, params byte[] rest) => [first, second, .. rest];

    private static byte[] CloseOf(int code, params byte[] reason) => F(0x88, [(byte)(code >> 8), (byte)(code & 0xFF), .. reason]);

    private static string Of(char c, int count) => new(c, count);

    /// <summary>Name, input, what is found: T:text, B:length, ping:text, pong:text, close:code:reason, fail:code.</summary>
    public static TheoryData<string, byte[], string[]> Rules
    {
        get
        {
            var rows = new TheoryData<string, byte[], string[]>
            {
                { "text", T(0x81, "hello"), ["T:hello"] },
                { "empty text", T(0x81, ""), ["T:"] },
                { "binary", F(0x82, 0xFF, 0xFE), ["B:2"] },
                { "two messages", Join(T(0x81, "a"), T(0x81, "b")), ["T:a", "T:b"] },
                { "fragments", Join(T(0x01, "a"), T(0x00, "b"), T(0x80, "c")), ["T:abc"] },
                { "binary fragments", Join(F(0x02, 1), F(0x80, 2)), ["B:2"] },
                { "empty fragments", Join(T(0x01, ""), T(0x00, ""), T(0x80, "")), ["T:"] },
                { "ping between fragments", Join(T(0x01, "a"), T(0x89, "p"), T(0x80, "b")), ["ping:p", "T:ab"] },
                { "pong between fragments", Join(T(0x01, "a"), T(0x8A, "p"), T(0x80, "b")), ["pong:p", "T:ab"] },
                { "close between fragments", Join(T(0x01, "a"), CloseOf(1000)), ["close:1000:"] },
                { "unsolicited pong", T(0x8A, "x"), ["pong:x"] },
                { "ping of 125", T(0x89, Of('p', 125)), ["ping:" + Of('p', 125)] },
                { "ping of 126", T(0x89, Of('p', 126)), ["fail:1002"] },
                { "fragmented ping", T(0x09, "p"), ["fail:1002"] },
                { "fragmented close", F(0x08), ["fail:1002"] },
                { "continuation outside a message", T(0x80, "a"), ["fail:1002"] },
                { "continuation after the end", Join(T(0x81, "a"), T(0x80, "b")), ["T:a", "fail:1002"] },
                { "text inside a message", Join(T(0x01, "a"), T(0x81, "b")), ["fail:1002"] },
                { "binary inside a message", Join(T(0x01, "a"), F(0x82)), ["fail:1002"] },
                { "unmasked", Header(0x81, 0x01, (byte)'a'), ["fail:1002"] },
                { "unmasked close", Header(0x88, 0x00), ["fail:1002"] },
                { "64-bit length with its top bit", Header(0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4), ["fail:1002"] },
                { "length not minimal, 16 bits", Header(0x81, 0xFE, 0, 1, 0, 0, 0, 0, (byte)'a'), ["T:a"] },
                { "length not minimal, 64 bits", Header(0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, (byte)'a'), ["T:a"] },
                { "too big at the header", Header(0x82, 0xFF, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4), ["fail:1009"] },
                { "too big over fragments", Join(F(0x02, new byte[MaxMessage - 1]), Header(0x80, 0x82, 1, 2, 3, 4)), ["fail:1009"] },
                { "as big as allowed over fragments", Join(F(0x02, new byte[MaxMessage - 1]), F(0x80, 1)), [$"B:{MaxMessage}"] },
                { "close without a body", F(0x88), ["close:1005:"] },
                { "close of one byte", F(0x88, 3), ["fail:1002"] },
                { "close with reason", CloseOf(1001, "bye"u8.ToArray()), ["close:1001:bye"] },
                { "close with the longest reason", CloseOf(1000, [.. Enumerable.Repeat((byte)'r', 123)]), ["close:1000:" + Of('r', 123)] },
                { "close with a longer one", CloseOf(1000, new byte[124]), ["fail:1002"] },
                { "close with bad UTF-8", CloseOf(1000, 0xC3), ["fail:1007"] },
                { "data after close", Join(CloseOf(1000), T(0x81, "late"), CloseOf(1001)), ["close:1000:"] },
                { "data after a broken frame", Join(F(0x83), T(0x81, "late")), ["fail:1002"] },
                { "UTF-8 across fragments", Join(F(0x01, 0xE2), F(0x00, 0x82), F(0x80, 0xAC)), ["T:€"] },
                { "UTF-8 with a ping in it", Join(F(0x01, 0xF0, 0x9F), T(0x89, ""), F(0x80, 0x98, 0x80)), ["ping:", "T:😀"] },
                { "UTF-8 cut at the end", F(0x81, (byte)'a', 0xE2, 0x82), ["fail:1007"] },
                { "UTF-8 cut at the end of fragments", Join(F(0x01, 0xE2), F(0x80, 0x82)), ["fail:1007"] },
                { "UTF-8 surrogate", F(0x81, 0xED, 0xA0, 0x80), ["fail:1007"] },
                { "UTF-8 overlong", F(0x81, 0xC0, 0xAF), ["fail:1007"] },
                { "UTF-8 beyond U+10FFFF", F(0x81, 0xF4, 0x90, 0x80, 0x80), ["fail:1007"] },
                { "UTF-8 stray continuation", F(0x81, 0x80), ["fail:1007"] },
                { "UTF-8 fails before the message ends", F(0x01, (byte)'a', 0xFF), ["fail:1007"] },
                { "UTF-8 fails on half a surrogate", F(0x01, 0xED, 0xA0), ["fail:1007"] },
                { "UTF-8 fails on half an overlong", F(0x01, 0xE0, 0x80), ["fail:1007"] },
                { "UTF-8 fails on half of what is beyond", F(0x01, 0xF4, 0x90), ["fail:1007"] },
                { "a close is found after bad text", Join(F(0x81, 0xFF, 0xFF), CloseOf(1007)), ["fail:1007", "close:1007:"] },
                { "a close after a message too big", Join(F(0x82, new byte[MaxMessage + 1]), CloseOf(1009)), ["fail:1009", "close:1009:"] },
                { "a close after half of one", Join(F(0x02, new byte[MaxMessage + 1]), F(0x80, 1), CloseOf(1000)),
                    ["fail:1009", "close:1000:"] },
            };
            foreach (var opcode in (byte[])[3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
                rows.Add($"opcode {opcode}", F((byte)(0x80 | opcode)), ["fail:1002"]);
            foreach (var bit in (byte[])[0x10, 0x20, 0x40])
            {
                rows.Add($"RSV {bit:x}", F((byte)(0x81 | bit)), ["fail:1002"]);
                rows.Add($"RSV {bit:x} on a ping", F((byte)(0x89 | bit)), ["fail:1002"]);
            }
            foreach (var length in (int[])[1, 31, 32, 33, 125, 126, 127, 128, 65535, 65536, MaxMessage])
                rows.Add($"length {length}", T(0x81, Of('x', length)), ["T:" + Of('x', length)]);
            rows.Add("one byte too many", T(0x81, Of('x', MaxMessage + 1)), ["fail:1009"]);
            foreach (var code in (int[])[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999])
                rows.Add($"close {code}", CloseOf(code), [$"close:{code}:"]);
            foreach (var code in (int[])[0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535])
                rows.Add($"close {code}", CloseOf(code), ["fail:1002"]);
            return rows;
        }
    }

    [Theory, MemberData(nameof(Rules))]
    public void A_rule_holds_however_the_bytes_arrive(string name, byte[] input, string[] expected)
    {
        Assert.Equal(expected, Feed(input));
        var splits = input.Length <= 1000
            ? Enumerable.Range(1, Math.Max(0, input.Length - 1))
            : Enumerable.Range(1, 40).Append(input.Length - 1);
        foreach (var split in splits) Assert.True(expected.SequenceEqual(Feed(input, split)), $"{name}, split at {split}");
        if (input.Length <= 1000)
            Assert.True(expected.SequenceEqual(Feed(input, [.. Enumerable.Range(1, input.Length - 1)])), $"{name}, byte by byte");
    }

    [Fact]
    public void Text_fails_as_soon_as_no_continuation_could_save_it()
    {
        var reader = new FrameReader(MaxMessage, false);
        var whole = F(0x81, [(byte)'a', 0xC3, (byte)'(', .. new byte[100]]);
        Assert.Equal(["fail:1007"], Feed(reader, whole.AsSpan(0, 6 + 3)));
    }

    [Fact]
    public void Fragments_without_content_have_an_end()
    {
        var reader = new FrameReader(MaxMessage, false);
        var found = Feed(reader, T(0x01, "a"));
        for (var i = 0; i < FrameReader.MaxEmptyFragments; i++) found.AddRange(Feed(reader, F(0x00)));
        Assert.Empty(found);
        Assert.Equal(["fail:1008"], Feed(reader, F(0x00)));
    }

    [Fact]
    public void Discarding_keeps_the_framing_rules_and_nothing_else()
    {
        var reader = new FrameReader(10, discards: true);
        Assert.Empty(Feed(reader, Join(T(0x81, Of('x', 5000)), F(0x81, 0xFF), F(0x01, 0xC3), F(0x00, new byte[500]), F(0x80), F(0x82, 1))));
        Assert.Equal(["ping:p"], Feed(reader, T(0x89, "p")));
        Assert.Equal(["fail:1002"], Feed(reader, T(0x80, "stray")));
        Assert.Equal(["close:1000:"], Feed(new FrameReader(10, true), Join(T(0x81, Of('x', 500)), CloseOf(1000))));
        Assert.Equal(["fail:1002"], Feed(new FrameReader(10, true), Header(0x81, 0x01, 0)));
        Assert.Empty(Feed(new FrameReader(10, true), Header(0x82, 0xFF, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4, 9, 9, 9)));
    }

    [Fact]
    public void Mutated_frames_never_throw_and_end_in_messages_or_a_legal_close()
    {
        var seeds = Rules.Where(row => ((byte[])row[1]).Length < 500).Select(row => (byte[])row[1]).ToArray();
        var mutation = from seed in Gen.Elements(seeds)
                       from more in Gen.Elements(seeds)
                       from changes in Gen.ListOf(Gen.Choose(0, 255).Two(), 4)
                       from cut in Gen.Choose(0, 20)
                       from split in Gen.Choose(0, 100)
                       select (Input: Mutate([.. seed, .. more], changes, cut), split);
        var property = Prop.ForAll(mutation.ToArbitrary(), sample =>
        {
            foreach (var discards in (bool[])[false, true])
            {
                var reader = new FrameReader(MaxMessage, discards);
                var split = Math.Min(sample.split, sample.Input.Length);
                var found = Feed(reader, sample.Input.AsSpan(0, split));
                found.AddRange(Feed(reader, sample.Input.AsSpan(split)));
                Assert.Equal(Feed(new FrameReader(MaxMessage, discards), sample.Input), found);
                Assert.All(found, f => Assert.Matches("^(T:|B:|ping:|pong:|close:\\d+:|fail:(1002|1007|1008|1009)$)", f));
            }
            return true;
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5000).WithReplay(20260101, 1), property);
    }

    private static byte[] Mutate(byte[] input, IEnumerable<(int At, int Value)> changes, int cut)
    {
        foreach (var (at, value) in changes) input[at % input.Length] = (byte)value;
        return input[..Math.Max(1, input.Length - cut)];
    }

    private static List<string> Feed(byte[] input, params int[] splits)
    {
        var reader = new FrameReader(MaxMessage, false);
        var found = new List<string>();
        var start = 0;
        foreach (var split in splits.Append(input.Length))
        {
            found.AddRange(Feed(reader, input.AsSpan(start, split - start)));
            start = split;
        }
        return found;
    }

    private static List<string> Feed(FrameReader reader, ReadOnlySpan<byte> input)
    {
        var found = new List<string>();
        Span<byte> copy = input.ToArray();      // it is unmasked in place
        while (true)
        {
            var what = reader.Read(ref copy, out var payload);
            if (what == FrameEvent.NeedMore) break;
            found.Add(what switch
            {
                FrameEvent.Text => "T:" + Encoding.UTF8.GetString(payload),
                FrameEvent.Binary => "B:" + payload.Length,
                FrameEvent.Ping => "ping:" + Encoding.UTF8.GetString(payload),
                FrameEvent.Pong => "pong:" + Encoding.UTF8.GetString(payload),
                FrameEvent.Close => $"close:{reader.CloseCode}:{Encoding.UTF8.GetString(payload)}",
                _ => $"fail:{reader.CloseCode}",
            });
        }
        Assert.True(copy.IsEmpty);
        return found;
    }
}
