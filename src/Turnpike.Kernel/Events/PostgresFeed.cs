using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Turnpike.Kernel.Events;

/// <summary>
/// Brings this node the events that any node commits, in the one order of their positions: its own as their COMMIT is answered, others'
/// from the table, which it reads on a connection of its own. It hands over what follows without a hole. A hole is a commit in flight, or
/// one that was undone: where it stays, a fence waits for everybody who has drawn a position, and what is missing after that never comes.
/// Whatever happens to connections and database, nothing is lost and nothing comes twice; where that cannot be known any more,
/// subscribers are told that the place is lost.
/// </summary>
/// <remarks>Why neither positions can be taken as they come nor transaction numbers: docs/decisions, the event transport.</remarks>
internal sealed class PostgresFeed : IAsyncDisposable
{
    // A commit takes a few milliseconds, mostly less, and whoever made it tells of it; what is missing for longer may have been undone,
    // and a fence finds out.
    private static readonly TimeSpan FenceAfter = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FenceStands = TimeSpan.FromSeconds(2);

    // After another node's signal, and while a fence stands. Who has been told of one commit expects more, and is not told of each.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Expect = PostgresSignals.Pace + LookAgain;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    // As in PostgresSession: the machine's clock paces calls to the outside.
    private readonly TimeProvider _clock = TimeProvider.System;
    private readonly Feed _feed;
    private readonly ILogger _log;
    private readonly PostgresFeedMetrics _metrics;
    private readonly PostgresSignals _signals;
    private readonly FeedWake _wake = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _timer;
    private readonly Task _running;
    private readonly List<FeedRow> _rows = new(PostgresEventReader.Page);
    private FeedFence? _fence;
    private long _lastNews;      // when a look, or a commit of this node, was answered
    private long _signalled;
    private int _connections;
    private int _disposed;

    // Under the gate, as commits come from many threads.
    private readonly Lock _gate = new();
    private readonly List<CommittedEvent> _events = [];
    private FeedOrder _order;
    private DateTime? _serverStart;     // whose commits are known to go on from the place
    private long _missing;              // the position that is waited for, and since when; 0 for none
    private long _missingSince;

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
        _lastNews = _clock.GetTimestamp();
        _metrics = new(meters, () => Held, () => Delay);
        _signals = new(connect, OnSignal, log);
        feed.Source = this;
        _timer = _clock.CreateTimer(static feed => ((PostgresFeed)feed!)._wake.Set(), this, Poll, Poll);
        _running = Task.WhenAll(
            new PostgresSession("reads events", connect, log).RunAsync(FollowAsync, _stop.Token),
            _signals.RunAsync(_stop.Token));
    }

    /// <summary>Events that wait for one before them.</summary>
    public int Held
    {
        get
        {
            lock (_gate) return _order.Held;
        }
    }

    /// <summary>See <see cref="Feed.Delay"/>.</summary>
    public TimeSpan Delay
    {
        get
        {
            var since = Volatile.Read(ref _missingSince) is > 0 and var missing ? missing : Volatile.Read(ref _lastNews);
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

    /// <summary>This node has committed events: they are handed over, and other nodes are told.</summary>
    /// <param name="rows">As the database took them.</param>
    /// <param name="serverStart">When the server that took them was started.</param>
    public void Committed(ReadOnlySpan<FeedRow> rows, DateTime serverStart)
    {
        lock (_gate)
        {
            // From another server than the place is known at they are left to the reader.
            if (serverStart == _serverStart)
            {
                foreach (ref readonly var row in rows) _order.Add(row);
                Hand();
            }
        }

        _signals.Send();
    }

    /// <summary>This node has committed events that it does not know: they are looked for, and other nodes are told.</summary>
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
        await _timer.DisposeAsync();
        _stop.Dispose();
    }

    private async Task FollowAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (_connections++ > 0) _metrics.Reconnected();
        await using var reader = await PostgresEventReader.OpenAsync(connection, cancellation);
        await BeginAsync(reader, cancellation);
        while (true)
        {
            _wake.Clear();
            var isAll = await ReadAsync(reader, cancellation);
            await SettleAsync(reader, isAll, cancellation);
            if (!isAll) continue;
            if (_clock.GetElapsedTime(Volatile.Read(ref _signalled)) < Expect) await Task.Delay(LookAgain, _clock, cancellation);
            else await _wake.WaitAsync(cancellation);
        }
    }

    private void OnSignal()
    {
        Volatile.Write(ref _signalled, _clock.GetTimestamp());
        _wake.Set();
    }

    /// <summary>What was seen and not handed over counts for nothing: this may be another server, with other commits.</summary>
    private async Task BeginAsync(PostgresEventReader reader, CancellationToken cancellation)
    {
        FeedPlace place;
        lock (_gate)
        {
            if (reader.ServerStart != _serverStart) _serverStart = null;
            place = _order.Place;
            StartAt(place);
        }

        if (!await reader.HoldsAsync(place, cancellation)) await LosePlaceAsync(reader, cancellation);
        lock (_gate) _serverStart = reader.ServerStart;
    }

    /// <summary>Reads what has not been seen and hands over what is in order.</summary>
    /// <returns>False if there may be more.</returns>
    private async Task<bool> ReadAsync(PostgresEventReader reader, CancellationToken cancellation)
    {
        List<Run> unseen;
        lock (_gate) unseen = _order.Unseen;
        _rows.Clear();
        await reader.ReadAsync(unseen, _rows, cancellation);
        lock (_gate)
        {
            foreach (var row in _rows) _order.Add(row);
            Hand();
        }

        return _rows.Count < PostgresEventReader.Page;
    }

    /// <summary>Hands over what is in order, under the gate so that it comes so; sees to it that what is missing is looked for.</summary>
    private void Hand()
    {
        _events.Clear();
        _order.Take(_events);
        _feed.Publish(_events);
        var now = _clock.GetTimestamp();
        Volatile.Write(ref _lastNews, now);
        if (_order.Held == 0)
        {
            _missing = 0;
            Volatile.Write(ref _missingSince, 0);
        }
        else if (_missing != _order.Place.Position + 1)
        {
            if (_missing == 0) _timer.Change(FenceAfter, Poll);
            _missing = _order.Place.Position + 1;
            Volatile.Write(ref _missingSince, now);
            _metrics.Hole();
        }
    }

    /// <summary>After a while makes sure that what is missing never comes.</summary>
    private async Task SettleAsync(PostgresEventReader reader, bool isAll, CancellationToken cancellation)
    {
        var (since, highest) = (Volatile.Read(ref _missingSince), 0L);
        lock (_gate) highest = _order.Highest;
        if (since == 0) _fence = null;
        if (since == 0 || !isAll) return;
        if (_clock.GetElapsedTime(since) >= FenceAfter)
        {
            var holders = await reader.HoldersAsync(cancellation);
            _fence ??= new(highest, holders, _clock.GetTimestamp());
            if (_fence.Passes(holders)) await PassAsync(reader, _fence, cancellation);
            else if (_fence.Says(_clock, FenceStands)) _log.FenceStands(_missing, FenceStands.TotalMilliseconds);
        }

        _timer.Change(_fence is null ? FenceAfter : LookAgain, Poll);
    }

    /// <summary>Whoever could have brought what is missing has ended: what is not in the table now never comes.</summary>
    private async Task PassAsync(PostgresEventReader reader, FeedFence fence, CancellationToken cancellation)
    {
        _fence = null;
        _metrics.Fence(_clock.GetElapsedTime(fence.Began));
        if (!await ReadAsync(reader, cancellation)) return;
        // After the rows: whoever deleted one of them, which is no dead one then, has raised a floor with it.
        var floor = await reader.FloorAsync(cancellation);
        lock (_gate)
        {
            if (floor <= _order.Place.Position)
            {
                _metrics.Dead(_order.GiveUp(fence.Highest));
                Hand();
                return;
            }
        }

        await LosePlaceAsync(reader, cancellation);
    }

    private async Task LosePlaceAsync(PostgresEventReader reader, CancellationToken cancellation)
    {
        lock (_gate) _serverStart = null;
        var place = await reader.NewestAsync(cancellation);
        lock (_gate)
        {
            _log.PlaceLost(_order.Place.Position, place.Position);
            StartAt(place);
            _feed.StartAnew(place.Position);
            _serverStart = reader.ServerStart;
        }

        _metrics.PlaceLost();
    }

    private void StartAt(FeedPlace place)
    {
        _order = new(place);
        _missing = 0;
        _fence = null;
        Volatile.Write(ref _missingSince, 0);
    }
}
