using System.Diagnostics;
using System.Text.Json;
using Turnpike.Planetmint.Tests.Backends;

namespace Turnpike.Conformance.Planetmint;

/// <summary>Two nodes that follow one chain: one of them does, under the lease.</summary>
public sealed class ClusterFollowerTests : IAsyncLifetime, IDisposable
{
    private const string Taken = "This node has the lease planetmint/follower";
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _made = [];
    private ScriptedUpstream _upstream = null!;

    public async Task InitializeAsync()
    {
        _upstream = await ScriptedUpstream.StartAsync(Dialect.Planetmint2);
        await GrowAsync(3);
    }

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task When_the_one_that_follows_is_killed_the_other_follows_within_thirty_seconds()
    {
        var (holder, other) = await StartAsync(leaseDuration: null);
        await using var __ = other;
        await using (holder)
        {
            await ServesAllAsync(other);
            await holder.KillAsync();
        }

        var killed = Stopwatch.GetTimestamp();
        await GrowAsync(3);
        await ServesAllAsync(other);
        Assert.InRange(Stopwatch.GetElapsedTime(killed).TotalSeconds, 0, 30);
    }

    [Fact]
    public async Task When_the_one_that_follows_ends_in_order_the_other_follows_at_once()
    {
        var (holder, other) = await StartAsync("00:05:00");
        await using var __ = other;
        await using (holder) Assert.Equal(0, await holder.StopAsync());
        await GrowAsync(3);
        await ServesAllAsync(other);
    }

    [Fact]
    public async Task One_that_hung_for_longer_than_its_lease_does_no_harm_when_it_goes_on()
    {
        var (holder, other) = await StartAsync("00:00:02");
        await using var _ = holder;
        await using var __ = other;
        await ServesAllAsync(other);
        holder.Pause();
        await GrowAsync(3);
        await ServesAllAsync(other);
        holder.Continue();
        await holder.WaitForLogAsync("This node has lost the lease planetmint/follower");
        await GrowAsync(3);
        await ServesAllAsync(holder);
        await ServesAllAsync(other);
        var ready = JsonDocument.Parse(await holder.Http.GetStringAsync("health/ready")).RootElement;
        Assert.Equal("ready", ready.GetProperty("status").GetString());
    }

    private async Task GrowAsync(int blocks)
    {
        for (var i = 0; i < blocks; i++)
        {
            var made = Make.Asset(Make.Key());
            _made.Add(made.Id.ToString());
            await _upstream.TellAsync(_upstream.Chain.AppendTransactions(new ScriptedTransaction(_made[^1], Make.Text(made), 0)));
        }
    }

    /// <summary>Two nodes; the one that follows first.</summary>
    private async Task<(ServerProcess Holder, ServerProcess Other)> StartAsync(string? leaseDuration)
    {
        string[] settings =
        [
            .. await NodePair.SettingsAsync(_folder), "Turnpike:Planetmint:Upstream:Kind=Node",
            $"Turnpike:Planetmint:Upstream:Url={_upstream.Url}", "Turnpike:Planetmint:Upstream:PollInterval=00:00:00.1",
            .. leaseDuration is null ? [] : new[] { $"Turnpike:Storage:LeaseDuration={leaseDuration}" },
        ];
        string[] arguments = [.. settings.SelectMany(s => (string[])["--set", s])];
        ServerProcess[] nodes = [await ServerProcess.StartAsync(arguments), await ServerProcess.StartAsync(arguments)];
        var first = await Task.WhenAny(nodes[0].WaitForLogAsync(Taken), nodes[1].WaitForLogAsync(Taken));
        await first;
        var holder = nodes[0].Log.Any(l => l.Contains(Taken, StringComparison.Ordinal)) ? 0 : 1;
        return (nodes[holder], nodes[1 - holder]);
    }

    /// <summary>Waits until a node serves every block, each once, in order.</summary>
    private async Task ServesAllAsync(ServerProcess node)
    {
        using var listener = await Listener.OpenAsync(node.Streams, Listener.Transactions + "?from_height=0");
        for (var i = 0; i < _made.Count; i++)
        {
            var message = JsonDocument.Parse(await listener.NextAsync()).RootElement;
            Assert.Equal((i + 1, _made[i]), (message.GetProperty("height").GetInt32(), message.GetProperty("transaction_id").GetString()));
        }
    }
}
