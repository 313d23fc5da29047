using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Storage;

/// <summary>
/// Which store a test is about. A test that holds on both stands in an abstract class that takes one, with a class for each beneath it.
/// </summary>
public enum StoreKind
{
    Sqlite,
    Postgres,
}

/// <summary>A store on a real file in a folder of its own, or in a database of its own, with the tables of the standard work.</summary>
internal sealed class TestStore : IAsyncDisposable
{
    private static readonly MigrationModule Module = new("Test", typeof(TestStore).Assembly);
    private readonly bool _ownsFolder;

    private TestStore(IDatabase database, StorageOptions options, bool ownsFolder)
    {
        Database = database;
        Options = options;
        _ownsFolder = ownsFolder;
    }

    public IDatabase Database { get; }

    public StorageOptions Options { get; }

    public string File => Path.Combine(Options.Folder, "turnpike.db");

    public static IMeterFactory Meters { get; } =
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    /// <summary>Opens a new and empty store of a kind; or again the one that the options name.</summary>
    public static async Task<TestStore> OpenAsync(StoreKind kind, StorageOptions? options = null, EventOptions? events = null,
        TimeProvider? clock = null, ILoggerFactory? loggers = null, IMeterFactory? meters = null)
    {
        options ??= new();
        if (kind == StoreKind.Postgres) options = await OnPostgresAsync(options);
        return await OpenAsync(options, events, clock, loggers, meters);
    }

    public static async Task<TestStore> OpenAsync(StorageOptions? options = null, EventOptions? events = null, TimeProvider? clock = null,
        ILoggerFactory? loggers = null, IMeterFactory? meters = null)
    {
        options ??= new();
        var own = options.Folder == "data" && options.Provider == "sqlite";
        if (own) options.Folder = Directory.CreateTempSubdirectory("turnpike-test-").FullName;
        var database = await OpenAsync(options, [Module], events, clock, loggers, meters);
        return new(database, options, own);
    }

    public static Task<IDatabase> OpenAsync(StorageOptions options, IReadOnlyList<MigrationModule> modules,
        EventOptions? events = null,
        TimeProvider? clock = null, ILoggerFactory? loggers = null, IMeterFactory? meters = null) =>
        Kernel.Storage.Database.OpenAsync(options, events ?? new(), modules, clock ?? new ManualTimeProvider(), meters ?? Meters,
            loggers ?? NullLoggerFactory.Instance, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        if (_ownsFolder) Directory.Delete(Options.Folder, recursive: true);
    }

    private static async Task<StorageOptions> OnPostgresAsync(StorageOptions options)
    {
        options.Provider = "postgres";
        options.ConnectionString ??= await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        return options;
    }
}
