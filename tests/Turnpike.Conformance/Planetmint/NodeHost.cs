using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Storage;
using Turnpike.Planetmint.Wire;
using Turnpike.Server;

namespace Turnpike.Conformance.Planetmint;

/// <summary>A node in this process, on real sockets: for tests that say which transactions are one block.</summary>
public class NodeHost : NodeApi, IAsyncLifetime, IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private TurnpikeServer? _server;

    public IServiceProvider Services => _server!.Services;

    internal IDatabase Database => Services.GetRequiredService<IDatabase>();

    public static async Task<NodeHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var node = new NodeHost();
        await node.InitializeAsync(settings);
        return node;
    }

    /// <summary>A node on a new and empty store of a kind.</summary>
    public static async Task<NodeHost> StartAsync(SqlDialect store)
    {
        var node = new NodeHost();
        await node.InitializeAsync(store);
        return node;
    }

    public virtual Task InitializeAsync() => InitializeAsync([]);

    public static Transaction Read(string body) => Make.Must(TransactionJson.Read(Encoding.UTF8.GetBytes(body))).Transaction;

    /// <summary>Commits a block of exactly these, which nobody checks.</summary>
    /// <returns>Its height.</returns>
    public async Task<long> CommitBlockAsync(params Transaction[] transactions)
    {
        // Read anew: what the builder makes has no texts for the search.
        Transaction[] read = [.. transactions.Select(t => Read(Make.Text(t)))];
        var committed = await Database.CommitAsync<long>(BlockTable.HeadLock, async work =>
        {
            var head = (await BlockTable.ReadHeadAsync(work)).Next(read);
            ChainStore.Write(work, new CommittedBlock(head, read), TimeProvider.System.GetUtcNow());
            return head.Height;
        }, CancellationToken.None);
        return Make.Must(committed);
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        GC.SuppressFinalize(this);
    }

    public async Task DisposeAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        if (_server is not null)
        {
            await _server.StopAsync(limit.Token);
            await _server.DisposeAsync();
        }
        _folder.Dispose();
    }

    protected async Task InitializeAsync(SqlDialect store)
    {
        var settings = store == SqlDialect.Sqlite ? [] : await NodePair.SettingsAsync(_folder);
        await InitializeAsync([.. settings.Select(s => (s.Split('=', 2)[0], s.Split('=', 2)[1]))]);
    }

    private async Task InitializeAsync((string Key, string Value)[] settings)
    {
        var all = settings.ToDictionary(s => s.Key, s => (string?)s.Value);
        all["Turnpike:Server:Data"] = _folder.File("data");
        all["Turnpike:Server:Port"] = "0";
        all["Turnpike:Server:StreamPort"] = "0";
        all["Turnpike:Server:Log:Level"] = "Warning";
        _server = await TurnpikeServer.StartAsync(all, CancellationToken.None);
        Connect(new Uri(_server.Main), new Uri(_server.Streams));
    }
}

/// <summary>The same on PostgreSQL.</summary>
public sealed class PostgresNodeHost : NodeHost
{
    public override Task InitializeAsync() => InitializeAsync(SqlDialect.Postgres);
}
