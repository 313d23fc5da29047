using FsCheck.Fluent;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Events;

public sealed class CursorTests
{
    [Fact]
    public void A_cursor_is_read_back_and_contains_what_it_says()
    {
        var runs = Gen.Choose(1, 1000).Zip(Gen.Choose(1, 50)).ListOf();
        var cases =
            from position in ArbMap.Default.GeneratorFor<ulong>()
            from shift in Gen.Choose(2, 63)
            from gaps in runs
            select ((long)(position >> shift), gaps.Take(Cursor.MaxRuns).ToList());
        foreach (var (position, gaps) in cases.Sample(60, 2000))
        {
            var (also, missing, last) = (new List<long>(), new List<long>(), position);
            foreach (var (gap, length) in gaps)
            {
                missing.AddRange([last + 1, last + gap]);
                also.AddRange(Enumerable.Range(gap + 1, length).Select(i => last + i));
                last += gap + length;
            }

            var cursor = Cursor.At(position, Enumerable.Reverse(also));
            Assert.True(Cursor.Parse(cursor.ToString()).TryGet(out var read, out _));
            Assert.Equal(cursor, read);
            Assert.Equal(cursor.GetHashCode(), read.GetHashCode());
            Assert.Equal(last, read.Newest);
            Assert.True(read.Contains(Event(position)));
            Assert.All(also, p => Assert.True(read.Contains(Event(p))));
            Assert.All(missing, p => Assert.False(read.Contains(Event(p))));
            Assert.False(read.Contains(Event(last + 1)));
        }
    }

    [Fact]
    public void Two_cursors_that_contain_the_same_are_one_with_one_text()
    {
        var random = new SplitMix(7);
        for (var round = 0; round < 2000; round++)
        {
            var contained = new HashSet<long>();
            for (var n = random.Below(30); n > 0; n--) contained.Add(1 + random.Below(40));
            var settled = Enumerable.Range(1, 41).First(p => !contained.Contains(p)) - 1;
            var from = random.Below(settled + 1);
            var (one, other) = (Cursor.At(from, contained), Cursor.At(settled, contained.Reverse()));
            Assert.Equal(one, other);
            Assert.Equal(one.ToString(), other.ToString());
            var advanced = random.Below(45);
            Assert.Equal(Cursor.At(Math.Max(advanced, settled), contained), one.AdvancedTo(advanced));
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

    [Fact]
    public void More_gaps_than_a_cursor_holds_are_an_error_that_passes()
    {
        var also = Enumerable.Range(1, Cursor.MaxRuns + 1).Select(i => 2L * i).ToList();
        Assert.Throws<StorageUnavailableException>(() => Cursor.At(0, also));
        Assert.True(Cursor.Parse(Cursor.At(0, also.SkipLast(1)).ToString()).IsOk);
        Assert.Equal(2L * also.Count, Cursor.At(1, also).Newest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("    ")]
    [InlineData("A")]
    [InlineData("AQA=")]        // padding
    [InlineData("AQ A")]        // a space
    [InlineData("AQB")]         // loose last bits
    [InlineData("AQAA")]        // half a run
    [InlineData("AgA")]         // another version
    [InlineData("AQ")]          // too short
    [InlineData("AYAA")]        // a number that is not in its shortest form
    [InlineData("AQAAAQ")]      // nothing is missing before the run
    [InlineData("AQABAA")]      // an empty run
    [InlineData("Af__________fwEB")]     // a run after the last position there is
    [InlineData("AQD__________38B")]     // as many missing as there are positions, and one more after them
    [InlineData("1234567890")]
    public void A_text_that_is_no_cursor_is_refused(string text) => Assert.Equal(EventErrors.CursorMalformed, Cursor.Parse(text).Error);

    [Fact]
    public void The_first_cursor_has_a_fixed_text() => Assert.Equal("AQA", Cursor.Start.ToString());

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
