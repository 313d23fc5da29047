using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Turnpike.Cashu.Backends;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;
using Turnpike.Tests;

namespace Turnpike.Cashu.Tests.Backends;

/// <summary>Which store a simulated node is on.</summary>
public enum StoreKind
{
    Sqlite,
    Postgres,
}

/// <summary>A simulated node on a real file; or on a database of its own, with two servers.</summary>
internal sealed class FakeNode : IAsyncDisposable
{
    private static readonly IMeterFactory s_meters =
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private readonly StorageOptions _storage;
    private IDatabase _anothers = null!;

    private FakeNode(StorageOptions storage, FakeLightningOptions options) => (_storage, Options) = (storage, options);

    public FakeLightningOptions Options { get; }
    public PauseClock Clock { get; } = new();
    public IDatabase Database { get; private set; } = null!;
    public FakeLightning Lightning { get; private set; } = null!;

    public static async Task<FakeNode> StartAsync(StoreKind kind, FakeLightningOptions? options = null)
    {
        var storage = new StorageOptions { Folder = Directory.CreateTempSubdirectory("turnpike-test-").FullName };
        if (kind == StoreKind.Postgres)
        {
            storage.Provider = "postgres";
            storage.ConnectionString = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        }

        var node = new FakeNode(storage, options ?? new());
        await node.OpenAsync();
        return node;
    }

    /// <summary>Another server on the same tables.</summary>
    public FakeLightning Another() => new(_anothers, Options, Bytes(1), Bytes(2), Clock);

    /// <summary>The process ends and begins again.</summary>
    public async Task RestartAsync()
    {
        await CloseAsync();
        await OpenAsync();
    }

    public static byte[] Bytes(byte value) => [.. Enumerable.Repeat(value, 32)];

    public static Preimage Preimage(byte value) =>
        Kernel.Crypto.Preimage.TryRead(Bytes(value), out var preimage) ? preimage : throw new InvalidOperationException();

    public Task<CreatedInvoice> InvoiceAsync(byte preimage, string description = "", long amountMsat = 21_000, int seconds = 3600) =>
        Lightning.CreateInvoiceAsync(amountMsat, description, TimeSpan.FromSeconds(seconds), Preimage(preimage), CancellationToken.None);

    public Task<CreatedInvoice> ForeignAsync(string description = "", long? amountMsat = 5_000_000, int seconds = 3600) =>
        Lightning.CreateForeignInvoiceAsync(amountMsat, description, TimeSpan.FromSeconds(seconds), CancellationToken.None);

    public Task<PaymentStatus> PayAsync(CreatedInvoice invoice, long maxFeeMsat = 100_000, int seconds = 60) =>
        Lightning.PayAsync(invoice.Request, null, maxFeeMsat, TimeSpan.FromSeconds(seconds), CancellationToken.None);

    public Task<PaymentStatus> GetPaymentAsync(CreatedInvoice invoice) =>
        Lightning.GetPaymentAsync(invoice.PaymentHash, null, CancellationToken.None);

    public Task<InvoiceStatus> GetInvoiceAsync(CreatedInvoice invoice) =>
        Lightning.GetInvoiceAsync(invoice.PaymentHash, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(_storage.Folder, recursive: true);
    }

    private async Task CloseAsync()
    {
        if (_anothers != Database) await _anothers.DisposeAsync();
        await Database.DisposeAsync();
    }

    private async Task OpenAsync()
    {
        Database = await OpenStoreAsync();
        _anothers = _storage.Provider == "postgres" ? await OpenStoreAsync() : Database; // a file has one server
        Lightning = new(Database, Options, Bytes(1), Bytes(2), Clock);
    }

    private Task<IDatabase> OpenStoreAsync() => Kernel.Storage.Database.OpenAsync(_storage, new EventOptions(), [FakeLightning.Migrations],
        TimeProvider.System, s_meters, NullLoggerFactory.Instance, CancellationToken.None);
}
