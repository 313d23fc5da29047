using Turnpike.Kernel.Events;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Events;

public sealed class FeedOrderTests
{
    [Fact]
    public void What_follows_without_a_hole_goes_on_and_the_rest_waits()
    {
        var order = new FeedOrder(new(10, null));
        Assert.Equal([11, 12], Take(order, 11, 12, 14, 15));
        Assert.Equal((12, 2, 15), (order.Place.Position, order.Held, order.Highest));
        Assert.Equal([13, 14, 15, 16], Take(order, 13, 14, 15, 16));
        Assert.Equal(0, order.Held);
    }

    [Fact]
    public void What_is_missing_below_a_seal_never_comes_and_above_it_it_may()
    {
        var order = new FeedOrder(new(10, null));
        Assert.Empty(Take(order, 13, 15));
        order.Seal(order.Highest);
        var into = new List<CommittedEvent>();
        Assert.Equal(3, order.Take(Rows(13, 15, 17), into));
        Assert.Equal([13, 15], into.Select(e => e.Position));
        Assert.Equal(1, order.Held);
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
            // Drawn in order; ended in any; a fence waits for all that have been drawn.
            var (order, handed) = (new FeedOrder(new(0, null)), new List<long>());
            var (table, open, drawn) = (new SortedSet<long>(), new List<long>(), 0L);
            for (var step = 0; step < 200; step++)
            {
                switch (random.Below(4))
                {
                    case 0 when open.Count < 8:
                        open.Add(++drawn);
                        break;
                    case 1 when open.Count > 0:
                        End(open, table, random.Below(open.Count), random.Below(5) > 0);
                        break;
                    case 2:
                        handed.AddRange(Take(order, Rows(order, table)));
                        break;
                    case 3 when order.Held > 0:
                        var highest = order.Highest;
                        while (open.Any(p => p <= highest)) End(open, table, 0, random.Below(5) > 0);
                        order.Seal(highest);
                        handed.AddRange(Take(order, Rows(order, table)));
                        break;
                }
            }

            while (open.Count > 0) End(open, table, 0, committed: true);
            order.Seal(drawn);
            handed.AddRange(Take(order, Rows(order, table)));
            Assert.Equal(table, handed);
        }
    }

    private static void End(List<long> open, SortedSet<long> table, int which, bool committed)
    {
        if (committed) table.Add(open[which]);
        open.RemoveAt(which);
    }

    private static long[] Rows(FeedOrder order, SortedSet<long> table) => [.. table.Where(p => p > order.Place.Position).Take(20)];

    private static List<FeedRow> Rows(params long[] positions) =>
        [.. positions.Select(p => new FeedRow(new(p, "", "", 1, default), new(p, p)))];

    private static List<long> Take(FeedOrder order, params long[] positions)
    {
        var into = new List<CommittedEvent>();
        order.Take(Rows(positions), into);
        return [.. into.Select(e => e.Position)];
    }
}
