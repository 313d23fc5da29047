using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Turnpike.Cashu.Backends;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Tests.Backends;

/// <summary>A simulated node on a real file.</summary>
internal sealed class FakeNode : IAsyncDisposable
{
    private static readonly IMeterFactory s_meters =
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private readonly StorageOptions _options = new() { Folder = Directory.CreateTempSubdirectory("turnpike-test-").FullName };

    private FakeNode(FakeLightningOptions options) => Options = options;

    public FakeLightningOptions Options { get; }
    public PauseClock Clock { get; } = new();
    public IDatabase Database { get; private set; } = null!;
    public FakeLightning Lightning { get; private set; } = null!;

    public static async Task<FakeNode> StartAsync(FakeLightningOptions? options = null)
    {
        var node = new FakeNode(options ?? new());
        await node.OpenAsync();
        return node;
    }

    /// <summary>Another server on the same tables.</summary>
    public FakeLightning Another() => new(Database, Options, Bytes(1), Bytes(2), Clock);

    /// <summary>The process ends and begins again.</summary>
    public async Task RestartAsync()
    {
        await Database.DisposeAsync();
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
        await Database.DisposeAsync();
        Directory.Delete(_options.Folder, recursive: true);
    }

    private async Task OpenAsync()
    {
        Database = await Kernel.Storage.Database.OpenAsync(_options, new EventOptions(), [FakeLightning.Migrations], TimeProvider.System, s_meters,
            NullLoggerFactory.Instance, CancellationToken.None);
        Lightning = Another();
    }
}
