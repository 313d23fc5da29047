using System.Net;
using Turnpike.Cli;
using Turnpike.Kernel.Crypto;
using Turnpike.Planetmint.Client;
using Turnpike.Tests;

namespace Turnpike.Soak;

/// <summary>Two nodes with one seed over a private PostgreSQL. Nodes and database keep their ports over restarts.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    /// <summary>How many nodes.</summary>
    public const int Count = 2;

    /// <summary>How long a lease lasts: short, so that a pause need not be long.</summary>
    public static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("turnpike-cluster-");
    private readonly ChildServer[] _nodes = new ChildServer[Count];
    private readonly PlanetmintClient[] _clients = new PlanetmintClient[Count];
    private readonly (int Main, int Streams)[] _ports;
    private readonly Dictionary<string, string> _settings;

    private Cluster(PostgresServer database, string connectionString)
    {
        Database = database;
        _ports = [.. Enumerable.Range(0, Count).Select(_ => (Ports.Free(), Ports.Free()))];
        var (seed, secret) = (Path.Combine(_folder.FullName, "seed"), Path.Combine(_folder.FullName, "connection"));
        Seed.Create(seed);
        File.WriteAllText(secret, connectionString);
        _settings = new(Limits.For(1000))
        {
            ["Turnpike:SeedFile"] = seed,
            ["Turnpike:Storage:Provider"] = "postgres",
            ["Turnpike:Storage:ConnectionStringFile"] = secret,
            ["Turnpike:Storage:LeaseDuration"] = LeaseDuration.ToString(),
        };
    }

    /// <summary>The database.</summary>
    public PostgresServer Database { get; }

    /// <summary>A client of each node, also after the node was started again.</summary>
    public IReadOnlyList<PlanetmintClient> Clients => _clients;

    /// <summary>The nodes that now run.</summary>
    public IReadOnlyList<ChildServer> Nodes => _nodes;

    /// <summary>Starts the database and then all nodes at once, on an empty database.</summary>
    public static async Task<Cluster> StartAsync(CancellationToken cancellation)
    {
        var database = await PostgresServer.StartAsync();
        var cluster = new Cluster(database, await database.CreateDatabaseAsync());
        await Task.WhenAll(Enumerable.Range(0, Count).Select(i => cluster.StartNodeAsync(i, cancellation)));
        for (var i = 0; i < Count; i++)
        {
            cluster._clients[i] = new PlanetmintClient(new PlanetmintClientOptions
            {
                Node = cluster._nodes[i].Main,
                Stream = cluster._nodes[i].Streams,
                RequestTimeout = s_patience,
            });
        }

        return cluster;
    }

    /// <summary>Starts a node on its ports.</summary>
    public async Task StartNodeAsync(int node, CancellationToken cancellation)
    {
        var data = _folder.CreateSubdirectory($"node{node}").FullName;
        _nodes[node] = await ChildServer.StartAsync(data, _ports[node].Main, _ports[node].Streams, _settings, cancellation);
    }

    /// <summary>The stream listener of a node, whether it runs or not.</summary>
    public IPEndPoint StreamsOf(int node) => new(IPAddress.Loopback, _ports[node].Streams);

    /// <summary>What a node's readiness answers; null if it does not.</summary>
    public async Task<HttpStatusCode?> ReadinessAsync(int node, CancellationToken cancellation)
    {
        using var http = new HttpClient { Timeout = s_patience };
        try
        {
            using var answer = await http.GetAsync(new Uri(_nodes[node].Main, "health/ready"), cancellation);
            return answer.StatusCode;
        }
        catch (Exception silent) when (silent is HttpRequestException or OperationCanceledException
            && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients) client?.Dispose();
        foreach (var node in _nodes)
        {
            if (node is not null) await node.DisposeAsync();
        }

        await Database.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
