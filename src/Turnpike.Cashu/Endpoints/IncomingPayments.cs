using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>
/// Reads the Lightning node's stream of payments for as long as the server runs, from where it was left. Of several servers one does it;
/// should two believe that they do, each payment is credited once all the same.
/// </summary>
/// <remarks>docs/specs/cashu.md 7.4 and 9.</remarks>
internal sealed class IncomingPayments(
    IDatabase database, ILightning lightning, Credits credits, InvoiceAsks asks, TimeProvider clock, ILogger<IncomingPayments> logger)
    : BackgroundService
{
    private const int PageRows = 100;
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_lookUpInterval = TimeSpan.FromSeconds(60);

    private string? _problem = "The stream of payments has not been opened yet.";
    private Lease? _lease;
    private volatile bool _isWaiting;

    /// <summary>Why payments are not read at the moment; null while they are, here or by another server.</summary>
    public string? Problem => Volatile.Read(ref _problem);

    /// <summary>The lease under which the stream is read, by this server; null on every other one.</summary>
    public Lease? Lease => Volatile.Read(ref _lease);

    /// <summary>Whether this server has the stream open, and has credited all that has come by it.</summary>
    public bool IsUpToDate => _isWaiting;

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => database.Leases.RunAsync(
        "cashu/incoming", HoldAsync, stoppingToken, onStandby: () => Volatile.Write(ref _problem, null));

    private async Task HoldAsync(Lease lease, CancellationToken cancellation)
    {
        Volatile.Write(ref _lease, lease);
        try
        {
            await RunAsync(cancellation);
        }
        finally
        {
            Volatile.Write(ref _lease, null);
        }
    }

    private async Task RunAsync(CancellationToken stoppingToken)
    {
        var pause = TimeSpan.FromSeconds(1);
        while (true)
        {
            try
            {
                if (await lightning.StatusAsync(stoppingToken) is LightningStatus.Unreachable { Reason: var unreachable })
                    throw new LightningException(unreachable);
                await ReadAsync(stoppingToken);
                pause = TimeSpan.FromSeconds(1);
            }
            catch (Exception exception) when (exception is LightningException or StorageException)
            {
                Volatile.Write(ref _problem, exception.Message);
                logger.IncomingLost(exception.Message, pause);
            }
            catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
            {
                // The look-ups failed and have said so.
            }

            await Task.Delay(pause, clock, stoppingToken);
            pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
        }
    }

    /// <summary>Reads until the stream ends.</summary>
    private async Task ReadAsync(CancellationToken cancellation)
    {
        if (await lightning.StatusAsync(cancellation) is not LightningStatus.Reachable { Node: var node }) return;
        var cursor = await database.ReadAsync(reads => LightningCursorTable.ReadAsync(reads, node), cancellation);
        logger.IncomingStarted(node.ToString(), cursor);
        Volatile.Write(ref _problem, null);
        _isWaiting = true;

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
        // A stream that was never read from may send no backlog: what was paid before it began is asked for.
        var lookUps = cursor == 0 ? LookUpAsync(over, enough.Token) : Task.CompletedTask;
        try
        {
            await foreach (var payment in lightning.IncomingPaymentsAsync(cursor, over.Token))
            {
                _isWaiting = false;
                var position = new StreamPosition(node, payment.Cursor);
                await credits.CreditAsync(
                    new ReceivedPayment(payment.PaymentHash, payment.AmountMsat, PaymentSource.Stream, position), cancellation);
                await enough.CancelAsync();
                _isWaiting = true;
            }
        }
        finally
        {
            _isWaiting = false;
            await over.CancelAsync();
            await lookUps;
        }
    }

    /// <summary>Asks about every unpaid quote, again and again until a first payment has come by the stream or it has ended.</summary>
    private async Task LookUpAsync(CancellationTokenSource over, CancellationToken enough)
    {
        try
        {
            using var timer = new PeriodicTimer(s_lookUpInterval, clock);
            do
            {
                await LookUpAllAsync(enough);
            }
            while (await timer.WaitForNextTickAsync(enough));
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            // A payment came by the stream, or it has ended.
        }
        catch (StorageException exception)
        {
            // Ends the stream too, which is then opened anew.
            logger.IncomingLost(exception.Message, TimeSpan.Zero);
            await over.CancelAsync();
        }
    }

    private async Task LookUpAllAsync(CancellationToken cancellation)
    {
        var (expiry, after) = (long.MaxValue, default(QuoteId));
        var since = clock.GetUtcNow().ToUnixTimeSeconds() - (long)TimeSpan.FromDays(1).TotalSeconds;
        while (true)
        {
            var (before, id) = (expiry, after);
            var page = await database.ReadAsync(reads => MintQuoteTable.ReadUnpaidAsync(reads, before, id, PageRows), cancellation);
            foreach (var quote in page)
            {
                if (quote.Expiry < since) return;
                await asks.AskNowAsync(quote, cancellation);
                (expiry, after) = (quote.Expiry ?? 0, quote.Id);
            }

            if (page.Count < PageRows) return;
        }
    }
}
