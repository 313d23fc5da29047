using Turnpike.Soak;

namespace Turnpike.Conformance.Planetmint;

/// <summary>A few rounds of what <c>./turnpike soak</c> does at length.</summary>
public sealed class SoakTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Three_kills_under_load_lose_and_double_nothing()
    {
        using var limit = new CancellationTokenSource(s_limit);
        var progress = new StringWriter();

        var figures = await new PlanetmintSoak(20261121, progress).RunAsync(3, limit.Token);

        Assert.True(figures.IsClean, $"{figures}\n{progress}");
        Assert.True(figures is { Rounds: 3, Acknowledged: > 100, Refused: > 0, Events: > 100 }, $"{figures}");
    }

    [Fact]
    public async Task On_two_nodes_three_kills_a_crash_of_the_database_and_a_hanging_node_lose_and_double_nothing()
    {
        using var limit = new CancellationTokenSource(s_limit * 2);
        var progress = new StringWriter();

        var figures = await new ClusterSoak(20261121, progress)
            .RunAsync([Blow.Kill, Blow.Crash, Blow.Kill, Blow.Pause, Blow.Kill], limit.Token);

        Assert.True(figures.IsClean, $"{figures}\n{progress}");
        Assert.True(figures is { Rounds: 5, Acknowledged: > 1000, Refused: > 0, Events: > 1000 }, $"{figures}");
    }

    [Fact]
    public async Task Five_thousand_spoiled_inputs_are_refused_closed_or_dropped()
    {
        using var limit = new CancellationTokenSource(s_limit);
        var progress = new StringWriter();

        var figures = await new InputSoak(20261121, progress).RunAsync(5000, limit.Token);

        Assert.True(figures.Faults.Count == 0, $"{figures}\n{progress}");
        Assert.True(figures is { Inputs: 5000, Refused: > 500, Taken: > 10, Closed: > 100, Dropped: > 100 }, $"{figures}");
    }

    [Fact]
    public async Task Two_thousand_sockets_get_every_event()
    {
        using var limit = new CancellationTokenSource(s_limit);
        var progress = new StringWriter();

        var figures = await new SocketsSoak(20261121, progress).RunAsync(2000, limit.Token);

        Assert.True(figures.IsClean, $"{figures}\n{progress}");
        Assert.Equal(2000, figures.Sockets);
    }
}
