using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Tests.Backends;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;
using Turnpike.Tests;

namespace Turnpike.Cashu.Tests.Storage;

/// <summary>The mint's tables on a real store, without a mint.</summary>
internal sealed class MintStore : IAsyncDisposable
{
    private static readonly IMeterFactory s_meters =
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private readonly string _folder;

    private MintStore(IDatabase database, string folder) => (Database, _folder) = (database, folder);

    public IDatabase Database { get; }

    public static async Task<MintStore> OpenAsync(StoreKind kind)
    {
        var options = new StorageOptions { Folder = Directory.CreateTempSubdirectory("turnpike-test-").FullName };
        if (kind == StoreKind.Postgres)
        {
            options.Provider = "postgres";
            options.ConnectionString = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        }

        var database = await Kernel.Storage.Database.OpenAsync(options, new EventOptions(), [CashuServices.Migrations], TimeProvider.System,
            s_meters, NullLoggerFactory.Instance, CancellationToken.None);
        return new MintStore(database, options.Folder);
    }

    public static PublicKey Point(int number) => HashToCurve.Hash(BitConverter.GetBytes(number)).Compressed;

    public static Scalar Hash(byte value) => new([.. Enumerable.Repeat(value, 32)]);

    public static RequestKey Request(byte value) => new(Hash(value));

    public static OperationId Operation(byte value) => new(new Guid(value, 0, 0, new byte[8]));

    public Task<Result<bool>> CommitAsync(params Action<Work>[] writes) => Database.CommitAsync<bool>(Locks.None, work =>
    {
        foreach (var write in writes) write(work);
        return ValueTask.FromResult<Result<bool>>(true);
    }, CancellationToken.None);

    public async Task DoAsync(params Action<Work>[] writes) => Known.Ok(await CommitAsync(writes));

    public Task<T> ReadAsync<T>(Func<Snapshot, ValueTask<T>> read) => Database.ReadAsync(read, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
