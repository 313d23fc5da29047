using Turnpike.Kernel.Crypto;
using Turnpike.Tests;

namespace Turnpike.Conformance.Planetmint;

/// <summary>Two nodes with one seed over one database of the test run's PostgreSQL, each a process of its own.</summary>
public sealed class NodePair : IAsyncLifetime, IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<PlanetmintNode> _nodes = [];

    public PlanetmintNode First => _nodes[0];

    public PlanetmintNode Second => _nodes[1];

    public IReadOnlyList<PlanetmintNode> Nodes => _nodes;

    public static async Task<NodePair> StartAsync()
    {
        var pair = new NodePair();
        await pair.InitializeAsync();
        return pair;
    }

    /// <summary>The settings of a node on a new and empty database, with a seed in a folder.</summary>
    public static async Task<string[]> SettingsAsync(TemporaryFolder folder)
    {
        var (seed, secret) = (folder.File("seed"), folder.File("connection"));
        Seed.Create(seed);
        await File.WriteAllTextAsync(secret, await (await PostgresServer.SharedAsync()).CreateDatabaseAsync());
        return [$"Turnpike:SeedFile={seed}", "Turnpike:Storage:Provider=postgres", $"Turnpike:Storage:ConnectionStringFile={secret}"];
    }

    public async Task InitializeAsync()
    {
        var settings = await SettingsAsync(_folder);
        _nodes.AddRange(await Task.WhenAll(PlanetmintNode.StartAsync(settings), PlanetmintNode.StartAsync(settings)));
    }

    /// <summary>Ends a node in order, and starts it again on the same ports.</summary>
    public async Task RestartAsync(int node, Func<Task> meanwhile)
    {
        await _nodes[node].StopAsync();
        await meanwhile();
        await _nodes[node].StartAgainAsync();
    }

    /// <summary>Asserts that both nodes serve the same chain, and that its books hold.</summary>
    public async Task<IReadOnlyList<(long Height, string Id)>> ChainAsync()
    {
        var chain = await First.ChainAsync();
        Assert.Equal(chain, await Second.ChainAsync());
        Assert.Equal(chain.Count, chain.Distinct().Count());
        Assert.Empty((await Second.Client.AuditAsync(CancellationToken.None)).Faults);
        return chain;
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        _folder.Dispose();
    }
}
