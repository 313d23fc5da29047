using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Turnpike.Kernel.Events;

/// <summary>
/// Brings this node the events that any node commits, in the one order of their positions. It reads the table on a connection of its own
/// and hands over what follows without a hole. A hole is a commit in flight, or one that was undone: where it stays, a fence waits for
/// everybody who has drawn a position, and what is missing after that never comes. Whatever happens to connections and database, nothing
/// is lost and nothing comes twice; where that cannot be known any more, subscribers are told that the place is lost.
/// </summary>
/// <remarks>Why neither positions can be taken as they come nor transaction numbers: docs/decisions, the event transport.</remarks>
internal sealed class PostgresFeed : IAsyncDisposable
{
    // A commit takes a few milliseconds, mostly less; what is missing for longer may have been undone, and a fence finds out.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan FenceAfter = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FenceStands = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    // As in PostgresSession: the machine's clock paces calls to the outside.
    private readonly TimeProvider _clock = TimeProvider.System;
    private readonly Feed _feed;
    private readonly ILogger _log;
    private readonly PostgresFeedMetrics _metrics;
    private readonly PostgresSignals _signals;
    private readonly FeedWake _wake = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _poll;
    private readonly Task _running;
    private readonly List<FeedRow> _rows = new(PostgresEventReader.Page);
    private readonly List<CommittedEvent> _events = new(PostgresEventReader.Page);
    private FeedOrder _order;
    private long _missing;          // the position that is waited for, and since when
    private long _missingSince;
    private FeedFence? _fence;
    private long _lastLook;
    private int _connections;
    private int _disposed;

    /// <summary>Begins to bring events to a feed.</summary>
    /// <param name="feed">Begins at <paramref name="place"/>.</param>
    /// <param name="place">From <see cref="FindPlaceAsync"/>.</param>
    /// <param name="connect">Opens a connection that is in no pool; three are used.</param>
    /// <param name="meters">Makes the meter <c>Turnpike.Kernel</c>.</param>
    /// <param name="log">The feed's.</param>
    public PostgresFeed(Feed feed, FeedPlace place, Func<CancellationToken, Task<NpgsqlConnection>> connect, IMeterFactory meters,
        ILogger<Feed> log)
    {
        _feed = feed;
        _log = log;
        _order = new(place);
        _lastLook = _clock.GetTimestamp();
        _metrics = new(meters, () => _order.Held, () => Delay);
        _signals = new(connect, _wake.Set, log);
        feed.Source = this;
        _poll = _clock.CreateTimer(static feed => ((PostgresFeed)feed!)._wake.Set(), this, Poll, Poll);
        _running = Task.WhenAll(
            new PostgresSession("reads events", connect, log).RunAsync(FollowAsync, _stop.Token),
            _signals.RunAsync(_stop.Token));
    }

    /// <summary>Events read that wait for one before them.</summary>
    public int Held => _order.Held;

    /// <summary>See <see cref="Feed.Delay"/>.</summary>
    public TimeSpan Delay
    {
        get
        {
            var since = Volatile.Read(ref _missingSince) is > 0 and var missing ? missing : Volatile.Read(ref _lastLook);
            var delay = _clock.GetElapsedTime(since);
            return delay > Poll * 2 ? delay : TimeSpan.Zero;
        }
    }

    /// <summary>Where a new feed begins: at the newest event, with nothing before it that is still to come.</summary>
    /// <exception cref="NpgsqlException">The database failed, or cannot be reached.</exception>
    public static async Task<FeedPlace> FindPlaceAsync(Func<CancellationToken, Task<NpgsqlConnection>> connect,
        CancellationToken cancellation)
    {
        await using var connection = await connect(cancellation);
        await using var reader = await PostgresEventReader.OpenAsync(connection, cancellation);
        return await reader.NewestAsync(cancellation);
    }

    /// <summary>This node has committed events: they are looked for now, and other nodes are told.</summary>
    public void Committed()
    {
        _wake.Set();
        _signals.Send();
    }

    /// <summary>Stops.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        await _stop.CancelAsync();
        await _running;
        await _poll.DisposeAsync();
        _stop.Dispose();
    }

    private async Task FollowAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (_connections++ > 0) _metrics.Reconnected();
        await using var reader = await PostgresEventReader.OpenAsync(connection, cancellation);
        // What was seen and not handed over counts for nothing: this may be another server, with other commits.
        _order = new(_order.Place);
        _fence = null;
        if (!await reader.HoldsAsync(_order.Place, cancellation)) await LosePlaceAsync(reader, cancellation);
        while (true)
        {
            _wake.Clear();
            await LookAsync(reader, cancellation);
            if (_order.Held > 0) await SettleAsync(reader, cancellation);
            else if (_rows.Count < PostgresEventReader.Page) await _wake.WaitAsync(cancellation);
        }
    }

    /// <summary>Reads what is new and hands over what is in order.</summary>
    private async Task LookAsync(PostgresEventReader reader, CancellationToken cancellation)
    {
        await ReadAsync(reader, cancellation);
        Hand();
    }

    private async Task ReadAsync(PostgresEventReader reader, CancellationToken cancellation)
    {
        _rows.Clear();
        await reader.ReadAsync(_order.Place.Position, _rows, cancellation);
        Volatile.Write(ref _lastLook, _clock.GetTimestamp());
    }

    private void Hand()
    {
        _events.Clear();
        _metrics.Dead(_order.Take(_rows, _events));
        _feed.Publish(_events);
        if (_order.Held == 0)
        {
            _missing = 0;
            _fence = null;
            Volatile.Write(ref _missingSince, 0);
        }
        else if (_missing != _order.Place.Position + 1)
        {
            _missing = _order.Place.Position + 1;
            Volatile.Write(ref _missingSince, _lastLook);
            _metrics.Hole();
        }
    }

    /// <summary>Waits a moment for what is missing; after a while makes sure that it never comes.</summary>
    private async Task SettleAsync(PostgresEventReader reader, CancellationToken cancellation)
    {
        if (_clock.GetElapsedTime(_missingSince) >= FenceAfter)
        {
            var holders = await reader.HoldersAsync(cancellation);
            _fence ??= new(_order.Highest, holders, _clock.GetTimestamp());
            if (_fence.Passes(holders))
            {
                await PassAsync(reader, _fence, cancellation);
                return;
            }

            if (_fence.Says(_clock, FenceStands)) _log.FenceStands(_missing, FenceStands.TotalMilliseconds);
        }

        await Task.Delay(LookAgain, _clock, cancellation);
    }

    /// <summary>Whoever could have brought what is missing has ended: what is not in the table now never comes.</summary>
    private async Task PassAsync(PostgresEventReader reader, FeedFence fence, CancellationToken cancellation)
    {
        _fence = null;
        _metrics.Fence(_clock.GetElapsedTime(fence.Began));
        await ReadAsync(reader, cancellation);
        // After the rows: whoever deleted one of them, which is no dead one then, has raised a floor with it.
        if (await reader.FloorAsync(cancellation) > _order.Place.Position)
        {
            await LosePlaceAsync(reader, cancellation);
            return;
        }

        _order.Seal(fence.Highest);
        Hand();
    }

    private async Task LosePlaceAsync(PostgresEventReader reader, CancellationToken cancellation)
    {
        var lost = _order.Place.Position;
        var place = await reader.NewestAsync(cancellation);
        _order = new(place);
        _missing = 0;
        _fence = null;
        Volatile.Write(ref _missingSince, 0);
        _metrics.PlaceLost();
        _log.PlaceLost(lost, place.Position);
        _feed.StartAnew(place.Position);
    }
}
