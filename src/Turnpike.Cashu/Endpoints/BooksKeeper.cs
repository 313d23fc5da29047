using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Turnpike.Cashu.Storage;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>Audits the books from time to time, and tells the metrics what they say.</summary>
/// <remarks>docs/specs/cashu.md 7.6 and 13.</remarks>
internal sealed class BooksKeeper : BackgroundService
{
    private readonly IDatabase _database;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _interval;
    private readonly ILogger<BooksKeeper> _logger;
    private LastAudit? _last;

    public BooksKeeper(
        IDatabase database, IOptions<CashuOptions> options, TimeProvider clock, CashuMetrics metrics, ILogger<BooksKeeper> logger)
    {
        (_database, _clock, _logger) = (database, clock, logger);
        _interval = TimeSpan.FromSeconds(options.Value.AuditInterval);
        metrics.Meter.CreateObservableGauge("turnpike.cashu.ecash.outstanding", ReadOutstanding, "{unit}",
            "Ecash that wallets hold, by unit, as of the last audit.");
        metrics.Meter.CreateObservableGauge("turnpike.cashu.audit.faults", ReadFaults, "{fault}", "Faults that the last audit found.");
        metrics.Meter.CreateObservableGauge("turnpike.cashu.audit.age", ReadAge, "s", "Time since the last audit.");
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval, _clock);
        do
        {
            try
            {
                await AuditAsync(stoppingToken);
            }
            catch (StorageException exception)
            {
                _logger.AuditFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task AuditAsync(CancellationToken cancellation)
    {
        var (books, faults) = await _database.ReadAsync(
            async reads => (await MintAudit.ReadAsync(reads), await MintAudit.RunAsync(reads)), cancellation);
        foreach (var fault in faults) _logger.AuditFault(fault);
        Volatile.Write(ref _last, new LastAudit(books, faults.Count, _clock.GetTimestamp()));
    }

    private IEnumerable<Measurement<double>> ReadOutstanding() => Volatile.Read(ref _last) is not { } last
        ? []
        : last.Books.Select(b => new Measurement<double>((double)b.Outstanding, new KeyValuePair<string, object?>("unit", b.Unit)));

    private IEnumerable<Measurement<long>> ReadFaults() => Volatile.Read(ref _last) is not { } last ? [] : [new(last.Faults)];

    private IEnumerable<Measurement<double>> ReadAge() =>
        Volatile.Read(ref _last) is not { } last ? [] : [new(_clock.GetElapsedTime(last.At).TotalSeconds)];

    private sealed record LastAudit(IReadOnlyList<Books> Books, int Faults, long At);
}
