using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Endpoints;
using Turnpike.Planetmint.Storage;
using Turnpike.Tests;

namespace Turnpike.Planetmint.Tests.Storage;

/// <summary>A chain in a real file, in a folder of its own; or in a database of its own.</summary>
internal sealed partial class ChainFile : IAsyncDisposable
{
    private static readonly IMeterFactory s_meters =
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private readonly StorageOptions _options;

    private ChainFile(IDatabase database, StorageOptions options) => (Database, _options) = (database, options);

    public IDatabase Database { get; private set; }

    public static async Task<ChainFile> OpenAsync(SqlDialect store)
    {
        var options = store == SqlDialect.Sqlite
            ? new StorageOptions { Folder = Directory.CreateTempSubdirectory("turnpike-test-").FullName }
            : new StorageOptions
            {
                Provider = "postgres",
                ConnectionString = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(),
            };
        return new ChainFile(await OpenAsync(options), options);
    }

    /// <summary>The same chain from another node.</summary>
    public async Task<ChainFile> OpenAgainAsync() => new(await OpenAsync(_options), _options);

    /// <summary>A producer of blocks over it, started.</summary>
    public async Task<BlockProducer> StartProducerAsync()
    {
        var options = Options.Create(new PlanetmintOptions());
        var producer = new BlockProducer(
            Database, new RecentBlocks(), options, TimeProvider.System, new PlanetmintMetrics(s_meters),
            NullLogger<BlockProducer>.Instance);
        await producer.StartAsync(CancellationToken.None);
        return producer;
    }

    /// <summary>Closes the file and opens it again.</summary>
    public async Task ReopenAsync()
    {
        await Database.DisposeAsync();
        Database = await OpenAsync(_options);
    }

    /// <summary>A block of these, whether they may be there or not.</summary>
    public async Task CommitBlockAsync(params Transaction[] transactions)
    {
        await CommitAsync(async work =>
        {
            var head = (await BlockTable.ReadHeadAsync(work)).Next(transactions);
            ChainStore.Write(work, new CommittedBlock(head, transactions), DateTimeOffset.UnixEpoch);
        });
    }

    public async Task CommitAsync(Func<Work, ValueTask> write)
    {
        var done = await Database.CommitAsync<bool>(BlockTable.HeadLock, async work =>
        {
            await write(work);
            return true;
        }, CancellationToken.None);
        Assert.True(done.OrThrow());
    }

    /// <summary>One statement, as somebody would forge a row; bytes are written as <c>x'00ff'</c>.</summary>
    public Task ForgeAsync(string sql, params SqlValue[] args) => CommitAsync(work =>
    {
        work.Write(work.Dialect == SqlDialect.Sqlite ? sql : Bytes().Replace(sql, @"'\x$1'::bytea"), args);
        return ValueTask.CompletedTask;
    });

    public Task<IReadOnlyList<string>> AuditAsync() => Database.ReadAsync(ChainAudit.RunAsync, CancellationToken.None);

    public Task<T> ReadAsync<T>(string sql, Func<SqlRow, T> map) =>
        Database.ReadAsync(async snapshot => (await snapshot.ReadAsync(sql, map))!, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        if (_options.Provider == "sqlite") Directory.Delete(_options.Folder, recursive: true);
    }

    [GeneratedRegex("x'([0-9a-f]*)'")]
    private static partial Regex Bytes();

    private static Task<IDatabase> OpenAsync(StorageOptions options) => Kernel.Storage.Database.OpenAsync(
        options, new EventOptions(), [PlanetmintServices.Migrations], TimeProvider.System, s_meters, NullLoggerFactory.Instance,
        CancellationToken.None);
}
