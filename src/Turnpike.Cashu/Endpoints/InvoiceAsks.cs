using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>
/// Asks the Lightning node about quotes that somebody waits for: payments that the stream has not told of. Nobody waits for the answer;
/// it comes as an event.
/// </summary>
/// <remarks>docs/specs/cashu.md 3.6.</remarks>
internal sealed class InvoiceAsks(ILightning lightning, Credits credits, TimeProvider clock, ILogger<InvoiceAsks> logger)
    : BackgroundService
{
    /// <summary>Questions under way, at most.</summary>
    public const int MaxInFlight = 50;

    /// <summary>A quote is asked about at most once in so long.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    // Ten rounds of questions may wait; who comes later asks again anyway.
    private readonly Channel<MintQuote> _waiting = Channel.CreateBounded<MintQuote>(
        new BoundedChannelOptions(10 * MaxInFlight) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Lock _lock = new();
    private readonly HashSet<QuoteId> _asked = [];
    private readonly Queue<(long At, QuoteId Quote)> _order = new();

    /// <summary>Has the node asked about a quote that is UNPAID, unless it was a moment ago. Returns at once.</summary>
    public void Ask(MintQuote quote)
    {
        if (quote.State == MintQuoteState.Unpaid && TryTake(quote.Id)) _waiting.Writer.TryWrite(quote);
    }

    /// <summary>Asks about one quote, and credits it if it was paid.</summary>
    /// <returns>What the node says.</returns>
    public async Task<InvoiceStatus> AskNowAsync(MintQuote quote, CancellationToken cancellation)
    {
        if (!PaymentHash.TryRead(quote.PaymentHash.Span, out var hash)) throw new InvalidOperationException("A hash has 32 bytes.");
        var status = await lightning.GetInvoiceAsync(hash, cancellation);
        if (status is InvoiceStatus.Paid paid)
            await credits.CreditAsync(new ReceivedPayment(hash, paid.AmountMsat, PaymentSource.Lookup), cancellation);
        else if (status is InvoiceStatus.Unknown unknown) logger.AskUnanswered(quote.Id.LogName, unknown.Reason);
        return status;
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Parallel.ForEachAsync(
        _waiting.Reader.ReadAllAsync(stoppingToken),
        new ParallelOptions { MaxDegreeOfParallelism = MaxInFlight, CancellationToken = stoppingToken },
        async (quote, cancellation) =>
        {
            try
            {
                await AskNowAsync(quote, cancellation);
            }
            catch (StorageException exception)
            {
                logger.AskFailed(exception, quote.Id.LogName);
            }
        });

    private bool TryTake(QuoteId quote)
    {
        var now = clock.GetTimestamp();
        lock (_lock)
        {
            while (_order.TryPeek(out var oldest) && clock.GetElapsedTime(oldest.At, now) >= Interval)
                _asked.Remove(_order.Dequeue().Quote);
            if (!_asked.Add(quote)) return false;
            _order.Enqueue((now, quote));
            return true;
        }
    }
}
