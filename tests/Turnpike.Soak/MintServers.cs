using Turnpike.Cli;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;
using Turnpike.Tests;

namespace Turnpike.Soak;

/// <summary>Where a wallet finds the mint.</summary>
internal interface IMintServers
{
    /// <summary>A server to ask.</summary>
    /// <param name="failed">The one that broke the connection, or null.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<HttpClient> NextAsync(HttpClient? failed, CancellationToken cancellation);
}

/// <summary>One server on a file, or two over one private PostgreSQL; killed and started again, each on its port.</summary>
internal sealed class MintServers : IMintServers, IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("turnpike-soak-");
    private readonly PostgresServer? _postgres;
    private readonly Dictionary<string, string> _settings = Limits.For(1000);
    private readonly (int Main, int Streams)[] _ports;
    private readonly ChildServer?[] _servers;
    private readonly HttpClient[] _clients;
    private readonly TaskCompletionSource[] _alive;
    private int _turn;

    private MintServers(PostgresServer? postgres, string? connection)
    {
        _postgres = postgres;
        var count = postgres is null ? 1 : 2;
        _ports = [.. Enumerable.Range(0, count).Select(_ => (Ports.Free(), Ports.Free()))];
        _servers = new ChildServer?[count];
        _clients = [.. _ports.Select(p => new HttpClient
        {
            BaseAddress = new Uri($"http://127.0.0.1:{p.Main}"), Timeout = TimeSpan.FromMinutes(2),
        })];
        _alive = [.. _ports.Select(_ => NewWord())];
        foreach (var (key, value) in Cashu) _settings["Turnpike:Cashu:" + key] = value;
        if (connection is null) return;
        var (seed, secret) = (Path.Combine(_folder.FullName, "seed"), Path.Combine(_folder.FullName, "connection"));
        Seed.Create(seed);
        File.WriteAllText(secret, connection);
        _settings["Turnpike:SeedFile"] = seed;
        _settings["Turnpike:Storage:Provider"] = "postgres";
        _settings["Turnpike:Storage:ConnectionStringFile"] = secret;
        _settings["Turnpike:Storage:LeaseDuration"] = "00:00:02";
        ConnectionString = connection;
    }

    /// <summary>How many servers there are.</summary>
    public int Count => _servers.Length;

    /// <summary>The running ones.</summary>
    public IEnumerable<ChildServer> Running => _servers.OfType<ChildServer>();

    /// <summary>Null on a file.</summary>
    private string? ConnectionString { get; }

    // Payments that take their time, so that kills come in the midst of them; callers that do not wait long.
    private static readonly (string Key, string Value)[] Cashu =
    [
        ("Fake:AutoPayDelay", "00:00:00"), ("Fake:PayDelay", "00:00:00.100"), ("PayTimeout", "2"),
    ];

    /// <summary>Starts them, on nothing.</summary>
    public static async Task<MintServers> StartAsync(bool isCluster, CancellationToken cancellation)
    {
        var postgres = isCluster ? await PostgresServer.StartAsync() : null;
        var servers = new MintServers(postgres, postgres is null ? null : await postgres.CreateDatabaseAsync());
        await Task.WhenAll(Enumerable.Range(0, servers.Count).Select(i => servers.StartAsync(i, cancellation)));
        return servers;
    }

    /// <summary>Starts one again.</summary>
    public async Task StartAsync(int server, CancellationToken cancellation)
    {
        var data = _folder.CreateSubdirectory($"server{server}").FullName;
        _servers[server] = await ChildServer.StartAsync(data, _ports[server].Main, _ports[server].Streams, _settings, cancellation);
        _alive[server].TrySetResult();
    }

    /// <summary>SIGKILL.</summary>
    /// <returns>What it had told of faults of its own.</returns>
    public async Task<IReadOnlyList<string>> KillAsync(int server)
    {
        _alive[server] = NewWord();
        var killed = _servers[server]!;
        await killed.KillAsync();
        var errors = killed.Errors;
        await killed.DisposeAsync();
        _servers[server] = null;
        return errors;
    }

    /// <summary>Looks at the books as they are on the disk.</summary>
    public Task<IReadOnlyList<string>> CheckAsync(IReadOnlyList<Audit> audits, CancellationToken cancellation) => ConnectionString is null
        ? DatabaseCheck.RunAsync(Path.Combine(_folder.FullName, "server0", "turnpike.db"), audits, cancellation)
        : DatabaseCheck.RunAsync(
            new StorageOptions { Provider = "postgres", ConnectionString = ConnectionString }, audits, cancellation);

    /// <inheritdoc/>
    public async Task<HttpClient> NextAsync(HttpClient? failed, CancellationToken cancellation)
    {
        // The other one, if there is another; and one that is there.
        var first = failed is null ? Interlocked.Increment(ref _turn) % Count : (Array.IndexOf(_clients, failed) + 1) % Count;
        for (var i = 0; i < Count; i++)
        {
            var at = (first + i) % Count;
            if (_alive[at].Task.IsCompleted && (_clients[at] != failed || Count == 1)) return _clients[at];
        }

        await Task.WhenAny(_alive.Select(a => a.Task)).WaitAsync(cancellation);
        return _clients[Array.FindIndex(_alive, a => a.Task.IsCompleted)];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients) client.Dispose();
        foreach (var server in Running) await server.DisposeAsync();
        if (_postgres is not null) await _postgres.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static TaskCompletionSource NewWord() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
