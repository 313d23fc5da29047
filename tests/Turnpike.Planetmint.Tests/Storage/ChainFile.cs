using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Endpoints;
using Turnpike.Planetmint.Storage;

namespace Turnpike.Planetmint.Tests.Storage;

/// <summary>A chain in a real file, in a folder of its own.</summary>
internal sealed class ChainFile : IAsyncDisposable
{
    private static readonly IMeterFactory s_meters =
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private readonly StorageOptions _options;

    private ChainFile(IDatabase database, StorageOptions options) => (Database, _options) = (database, options);

    public IDatabase Database { get; private set; }

    public static async Task<ChainFile> OpenAsync()
    {
        var options = new StorageOptions { Folder = Directory.CreateTempSubdirectory("turnpike-test-").FullName };
        return new ChainFile(await OpenAsync(options), options);
    }

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

    /// <summary>One statement, as somebody would forge a row.</summary>
    public Task ForgeAsync(string sql, params SqlValue[] args) => CommitAsync(work =>
    {
        work.Write(sql, args);
        return ValueTask.CompletedTask;
    });

    public Task<IReadOnlyList<string>> AuditAsync() => Database.ReadAsync(ChainAudit.RunAsync, CancellationToken.None);

    public Task<T> ReadAsync<T>(string sql, Func<SqlRow, T> map) =>
        Database.ReadAsync(async snapshot => (await snapshot.ReadAsync(sql, map))!, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Directory.Delete(_options.Folder, recursive: true);
    }

    private static Task<IDatabase> OpenAsync(StorageOptions options) => Kernel.Storage.Database.OpenAsync(
        options, new EventOptions(), [PlanetmintServices.Migrations], TimeProvider.System, s_meters, NullLoggerFactory.Instance,
        CancellationToken.None);
}
