using FsCheck.Fluent;
using Turnpike.Kernel.Events;

namespace Turnpike.Kernel.Tests.Events;

public sealed class CursorTests
{
    [Fact]
    public void A_cursor_is_read_back_and_contains_what_it_says()
    {
        var cases =
            from position in ArbMap.Default.GeneratorFor<ulong>()
            from shift in Gen.Choose(2, 63)
            from distances in Gen.Choose(2, 1000).ListOf()
            select ((long)(position >> shift), distances.Take(60).ToList());
        foreach (var (position, distances) in cases.Sample(60, 2000))
        {
            var also = distances.Select(d => position + d).ToList();
            var cursor = Cursor.At(position, also);
            Assert.True(Cursor.Parse(cursor.ToString()).TryGet(out var read, out _));
            Assert.Equal(cursor, read);
            Assert.All(also, p => Assert.True(read.Contains(Event(p))));
            Assert.True(read.Contains(Event(position)));
            Assert.False(read.Contains(Event(position + 1)));
            Assert.False(read.Contains(Event(position + 1001)));
        }
    }

    [Fact]
    public void Positions_that_follow_without_a_hole_belong_to_the_position()
    {
        Assert.Equal(Cursor.At(12), Cursor.At(10, [12, 11, 3, 11]));
        Assert.Equal(Cursor.At(12, [14]), Cursor.At(10, [14, 11, 12]));
        Assert.Equal(Cursor.At(14), Cursor.At(12, [14]).AdvancedTo(13));
        Assert.Equal(Cursor.At(12, [14]), Cursor.At(12, [14]).AdvancedTo(5));
        Assert.NotEqual(Cursor.At(12), Cursor.At(12, [14]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("AQAA=")]       // padding
    [InlineData("AQ AA")]       // a space
    [InlineData("AQAAAA")]      // a byte too many
    [InlineData("AgAA")]        // another version
    [InlineData("AQA")]         // too short
    [InlineData("AYAAAA")]      // a number that is not in its shortest form
    [InlineData("AQABAQ")]      // position 1 belongs to the position
    [InlineData("AQABAA")]      // distance 0
    [InlineData("1234567890")]
    public void A_text_that_is_no_cursor_is_refused(string text) => Assert.Equal(EventErrors.CursorMalformed, Cursor.Parse(text).Error);

    [Fact]
    public void The_first_cursor_has_a_fixed_text() => Assert.Equal("AQAA", Cursor.Start.ToString());

    [Fact]
    public void A_mutated_cursor_is_refused_or_is_another_one_with_that_very_text()
    {
        var text = Cursor.At(123_456_789, [123_456_791, 123_456_800, 123_999_999]).ToString();
        const string Alphabet = "ABCXYZabcxyz0189-_=+/ é\0";
        var mutations =
            from at in Gen.Choose(0, text.Length - 1)
            from c in Gen.Elements(Alphabet.ToCharArray())
            from kind in Gen.Choose(0, 2)
            select kind switch
            {
                0 => text[..at] + c + text[(at + 1)..],
                1 => text.Insert(at, c.ToString()),
                _ => text.Remove(at, 1),
            };
        foreach (var mutated in mutations.Sample(10, 20_000))
        {
            if (Cursor.Parse(mutated).TryGet(out var cursor, out var error)) Assert.Equal(mutated, cursor.ToString());
            else Assert.Equal(EventErrors.CursorMalformed, error);
        }
    }

    private static CommittedEvent Event(long position) => new(position, "", "", 1, default);
}
