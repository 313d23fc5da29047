using System.Buffers;
using System.Net;

namespace Turnpike.Kernel.Sockets;

/// <summary>
/// One WebSocket (or stream of server-sent events), from the accepted handshake to its end. Protocols derive from it. Its messages are
/// handled one after another; sending is allowed from any thread at any time.
/// </summary>
public abstract partial class SocketSession : IWalked
{
    private readonly Lock _lock = new();
    private SocketServer? _server;
    private SocketSink? _sink;
    private Outbox? _outbox;
    private Walker? _walker;
    private List<Subscription>? _subscriptions;
    private int _inRings;       // subscriptions that have to be settled
    private CloseStatus? _status;

    /// <summary>The client's address; behind a trusted proxy what the proxy says it is.</summary>
    public IPAddress RemoteAddress { get; internal set; } = IPAddress.None;

    /// <summary>How messages are wrapped on this connection.</summary>
    public FrameFormat Format { get; private set; }

    /// <summary>Whether messages can still be sent: from just before <see cref="OnOpen"/> until either side closes.</summary>
    public bool IsOpen => _outbox is not null && _status is null;

    /// <summary>
    /// True for streams whose clients have nothing to say: framing is checked, content dropped unread and without a limit of size.
    /// </summary>
    protected virtual bool Discards => false;

    /// <summary>A whole text message, valid UTF-8. What it throws closes the session with 1011.</summary>
    /// <param name="utf8">Valid until the method returns (which an asynchronous one does at its first await).</param>
    /// <returns>Until it completes no further message is read: that is the back pressure on the client.</returns>
    protected abstract ValueTask OnMessage(ReadOnlySpan<byte> utf8);

    /// <summary>A whole binary message. Unless overridden it is refused with 1003.</summary>
    /// <inheritdoc cref="OnMessage"/>
    protected virtual ValueTask OnBinary(ReadOnlySpan<byte> data)
    {
        Close(CloseCodes.UnsupportedData, "text messages only");
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// The handshake is accepted and about to be answered. What is sent or joined here leaves right after the answer: a client that
    /// acts on the answer at once misses nothing.
    /// </summary>
    protected virtual void OnOpen() { }

    /// <summary>The session has ended. Called once, after the last message's handler, if <see cref="OnOpen"/> was.</summary>
    protected virtual void OnClose(CloseStatus status) { }

    /// <summary>Queues a text message; it leaves at once if nothing else waits.</summary>
    /// <param name="utf8">The whole message; copied.</param>
    /// <returns>False if it was not taken: the outbox is full, or the session is closed.</returns>
    public bool Send(ReadOnlySpan<byte> utf8)
    {
        if (!IsOpen) return false;
        return SendFrame(Format == FrameFormat.WebSocket ? ServerFrame.Of(ServerFrame.Text, utf8) : ServerFrame.Event(utf8));
    }

    /// <summary>
    /// Queues text messages and waits for room where there is not enough. For what a client has asked for: not awaited by its handler,
    /// it would bound nothing.
    /// </summary>
    /// <param name="write">Writes them; called once, at once. Offsets are only to rise.</param>
    /// <returns>False if the session is over before all of them are queued; a client that takes nothing for
    /// <see cref="SocketOptions.StalledAfter"/> is closed with 1013.</returns>
    public async ValueTask<bool> SendAsync(Action<FrameWriter> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        if (!IsOpen) return false;
        var frames = FrameWriter.Rent(Format);
        write(frames);
        var batch = frames.Take();
        var settled = Settle();
        for (var from = 0; from < batch.Count;)
        {
            var begun = from;
            var queued = Outbox.Add(batch, ref from);
            Wake(settled == Queued.Idle ? settled : queued, here: true);
            settled = Queued.Taken;
            Server.Metrics.FramesSent.Add(from - begun);
            if (queued == Queued.Closed) return false;
            if (from == batch.Count || await Outbox.WhenRoom(batch.StartOf(from + 1) - batch.StartOf(from))) continue;
            Server.Logger.SlowReader("its own answers", "no progress");
            Close(CloseCodes.TryAgainLater, "slow consumer");
            return false;
        }
        return IsOpen;
    }

    /// <summary>Queues a binary message; only on a WebSocket.</summary>
    /// <inheritdoc cref="Send"/>
    public bool SendBinary(ReadOnlySpan<byte> data)
    {
        if (Format != FrameFormat.WebSocket) throw new InvalidOperationException("Server-sent events are text.");
        return IsOpen && SendFrame(ServerFrame.Of(ServerFrame.Binary, data));
    }

    /// <summary>
    /// Closes: what is queued is still sent (5 s), then the close frame, whose answer is awaited for 1 s. Does nothing if either side
    /// has closed.
    /// </summary>
    /// <param name="code">One that may be on the wire (<see cref="CloseCodes.IsOnWire"/>).</param>
    /// <param name="reason">At most 123 bytes of UTF-8; more is cut.</param>
    public void Close(int code, string reason = "") => End(new CloseStatus(code, reason, ByPeer: false));

    /// <summary>Ends the connection at once, without a close frame. For peers that are gone or hostile.</summary>
    public void Abort()
    {
        if (_outbox is not null) Gone(byPeer: false);
    }

    internal Outbox Outbox => _outbox ?? throw new InvalidOperationException("The session is not open.");

    internal SocketServer Server => _server ?? throw new InvalidOperationException("The session is not open.");

    internal Walker Walker => _walker ?? throw new InvalidOperationException("The session is not open.");

    internal int Index { get; set; } = -1;      // in the server's list

    internal void Attach(SocketServer server, FrameFormat format)
    {
        if (_server is not null) throw new InvalidOperationException("A session is for one connection.");
        Format = format;
        _walker = server.Walkers.Next();
        _heard = _pinged = _moved = server.NowMs;
        _server = server;
        _outbox = new Outbox(server.Options.OutboxBytes, format);
    }

    /// <summary>Has the waiting frames sent: here and now, or by the walker.</summary>
    internal void Wake(Queued queued, bool here)
    {
        if (queued != Queued.Idle) return;
        if (here) PassHere();
        else _walker!.Enqueue(this);
    }

    bool IWalked.Walk(byte[] scratch)
    {
        Walk(scratch);
        return false;
    }

    /// <summary>Sends what waits, in one send; what is left waits for the next time, or for the socket. Does not throw.</summary>
    internal void Walk(byte[] scratch)
    {
        try
        {
            Pass(scratch);
        }
#pragma warning disable CA1031 // The walker serves thousands; a fault of one is logged and ends that one.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Server.Logger.SendFailed(exception);
            Abort();
        }
    }

    /// <summary>Sends frames for which <see cref="Outbox.BeginRun"/> has let the caller pass. Does not throw.</summary>
    internal void SendRun(ReadOnlySpan<byte> run)
    {
        try
        {
            var outcome = _sink!.TrySend(run, out var taken);
            if (taken > 0) Moved(taken);
            if (outcome == SendOutcome.Done) Outgone(Outbox.EndRun(taken));
            else if (outcome == SendOutcome.Gone) Gone();
            else KeepRest(run, taken);
        }
#pragma warning disable CA1031 // As in Walk.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Server.Logger.SendFailed(exception);
            Abort();
        }
    }

    private void KeepRest(ReadOnlySpan<byte> run, int taken)
    {
        Outbox.KeepRest(run, taken);
        _ = WaitForSinkAsync();
    }

    private void Pass(Span<byte> scratch)
    {
        if (!Outbox.Begin(scratch, out var bytes)) return;
        var outcome = _sink!.TrySend(bytes, out var taken);
        if (taken > 0) Moved(taken);
        switch (outcome)
        {
            case SendOutcome.Done:
                Outgone(Outbox.Release(taken));
                break;
            case SendOutcome.Wait:
                Outbox.SentSome(taken);
                _ = WaitForSinkAsync();
                break;
            default:
                Gone();
                break;
        }
    }

    private void Outgone(Queued queued)
    {
        Wake(queued, here: false);
        AfterSend();
    }

    internal void Track(Subscription subscription)
    {
        lock (_lock)
        {
            if (_status is null)
            {
                (_subscriptions ??= new(1)).Add(subscription);
                if (subscription.IsInRing) _inRings++;
                return;
            }
        }
        subscription.Leave();
    }

    internal void Untrack(Subscription subscription)
    {
        lock (_lock)
            if (_subscriptions is { } all && all.Remove(subscription) && subscription.IsInRing) _inRings--;
    }

    private bool SendFrame(byte[] frame)
    {
        var before = Settle();
        var queued = Outbox.Add(frame);
        Wake(before == Queued.Idle ? before : queued, here: true);
        if (queued == Queued.Full) Server.Metrics.OutboxFull.Add(1);
        if (queued is Queued.Full or Queued.Closed) return false;
        Server.Metrics.FramesSent.Add(1);
        return true;
    }

    /// <summary>Queues what topics have for the session, so that what it sends itself comes after what was published before.</summary>
    private Queued Settle()
    {
        if (Volatile.Read(ref _inRings) == 0) return Queued.Taken;
        var result = Queued.Taken;
        for (var i = 0; SubscriptionAt(i) is { } subscription; i++)
            if (subscription.Settle() == Queued.Idle) result = Queued.Idle;
        return result;
    }

    private Subscription? SubscriptionAt(int index)
    {
        lock (_lock) return _subscriptions is { } all && index < all.Count ? all[index] : null;
    }

    private void PassHere()
    {
        var scratch = ArrayPool<byte>.Shared.Rent(16 * 1024);
        Pass(scratch);
        ArrayPool<byte>.Shared.Return(scratch);
    }

    /// <summary>The socket is full: others are served meanwhile, and this one again when it has room.</summary>
    private async Task WaitForSinkAsync()
    {
        const int piece = 32 * 1024;
        var sent = await _sink!.WaitAsync(Outbox.Peek(piece));
        if (sent < 0)
        {
            Gone();
            return;
        }
        if (sent > 0) Moved(sent);
        Outgone(Outbox.Release(sent));
    }

    private void Moved(int bytes)
    {
        Volatile.Write(ref _moved, Server.NowMs);
        Server.Metrics.BytesSent.Add(bytes);
    }
}
