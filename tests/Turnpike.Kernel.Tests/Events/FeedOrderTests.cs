using Turnpike.Kernel.Events;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Events;

public sealed class FeedOrderTests
{
    [Fact]
    public void What_follows_without_a_hole_goes_on_and_the_rest_is_kept()
    {
        var order = new FeedOrder(new(10, null));
        Assert.Equal([11, 12], Take(order, 15, 11, 14, 12));
        Assert.Equal((12, 2, 15), (order.Place.Position, order.Held, order.Highest));
        Assert.Equal([new(13, 13), new(16, long.MaxValue)], order.Unseen);
        Assert.Equal([13, 14, 15, 16], Take(order, 13, 16));
        Assert.Equal((16, 0), (order.Place.Position, order.Held));
        Assert.Equal(new FeedMark(16, 16), order.Place.Mark);
    }

    [Fact]
    public void What_comes_again_is_as_if_it_had_not_come()
    {
        var order = new FeedOrder(new(10, null));
        Assert.Equal([11], Take(order, 11, 11, 13, 13, 9));
        Assert.Equal(1, order.Held);
        Assert.Equal([12, 13], Take(order, 13, 12, 12, 11));
        Assert.Empty(Take(order, 11, 12, 13));
    }

    [Fact]
    public void A_long_hole_is_filled_at_its_ends_and_in_its_middle()
    {
        var order = new FeedOrder(new(10, null));
        Assert.Empty(Take(order, 20));
        Assert.Equal([new(11, 19), new(21, long.MaxValue)], order.Unseen);
        Assert.Empty(Take(order, 15, 19));
        Assert.Equal([11], Take(order, 11));
        Assert.Equal([new(12, 14), new(16, 18), new(21, long.MaxValue)], order.Unseen);
        Assert.Equal([12, 13, 14, 15, 16, 17, 18, 19, 20], Take(order, 17, 12, 18, 14, 16, 13));
    }

    [Fact]
    public void What_is_given_up_never_comes_and_beyond_it_it_may()
    {
        var order = new FeedOrder(new(10, null));
        Assert.Empty(Take(order, 13, 15, 20));
        Assert.Equal(5, order.GiveUp(17));
        Assert.Equal([13, 15], Take(order));
        Assert.Equal([new(18, 19), new(21, long.MaxValue)], order.Unseen);
        Assert.Equal([18, 19, 20], Take(order, 14, 18, 19));
        Assert.Equal(0, order.GiveUp(30));
    }

    [Fact]
    public void Behind_a_hole_so_many_are_kept_and_the_rest_comes_when_there_is_room()
    {
        var order = new FeedOrder(new(0, null));
        Assert.Empty(Take(order, [.. Enumerable.Range(2, FeedOrder.MaxHeld + 5).Select(i => (long)i)]));
        Assert.Equal((FeedOrder.MaxHeld, FeedOrder.MaxHeld + 1), (order.Held, order.Highest));
        Assert.Equal([new(1, 1)], order.Unseen);
        Assert.Equal(FeedOrder.MaxHeld + 1, Take(order, 1).Count);
        Assert.Equal([new(FeedOrder.MaxHeld + 2, long.MaxValue)], order.Unseen);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void However_commits_and_looks_are_mixed_all_comes_once_and_in_order(ulong seed)
    {
        var random = new SplitMix(seed);
        for (var round = 0; round < 300; round++)
        {
            // Drawn in order; ended in any; what is committed is told of or found by a look; a fence waits for all that have been drawn.
            var (order, handed) = (new FeedOrder(new(0, null)), new List<long>());
            var (table, open, drawn) = (new SortedSet<long>(), new List<long>(), 0L);
            for (var step = 0; step < 200; step++)
            {
                switch (random.Below(5))
                {
                    case 0 when open.Count < 8:
                        open.Add(++drawn);
                        break;
                    case 1 when open.Count > 0:
                        End(open, table, random.Below(open.Count), random.Below(5) > 0);
                        break;
                    case 2:
                        handed.AddRange(Take(order, Look(order, table)));
                        break;
                    case 3 when table.Count > 0:
                        handed.AddRange(Take(order, table.ElementAt(random.Below(table.Count))));
                        break;
                    case 4 when order.Held > 0:
                        var highest = order.Highest;
                        while (open.Any(p => p <= highest)) End(open, table, 0, random.Below(5) > 0);
                        handed.AddRange(Take(order, Look(order, table)));
                        order.GiveUp(highest);
                        handed.AddRange(Take(order));
                        break;
                }
            }

            while (open.Count > 0) End(open, table, 0, committed: true);
            handed.AddRange(Take(order, Look(order, table)));
            order.GiveUp(drawn);
            handed.AddRange(Take(order));
            Assert.Equal(table, handed);
        }
    }

    private static void End(List<long> open, SortedSet<long> table, int which, bool committed)
    {
        if (committed) table.Add(open[which]);
        open.RemoveAt(which);
    }

    private static long[] Look(FeedOrder order, SortedSet<long> table)
    {
        var unseen = order.Unseen;
        return [.. table.Where(p => unseen.Any(run => run.First <= p && p <= run.Last))];
    }

    private static List<long> Take(FeedOrder order, params long[] positions)
    {
        foreach (var p in positions) order.Add(new(new(p, "", "", 1, default), new(p, p)));
        var into = new List<CommittedEvent>();
        order.Take(into);
        return [.. into.Select(e => e.Position)];
    }
}
