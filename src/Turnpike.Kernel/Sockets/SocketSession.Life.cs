using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace Turnpike.Kernel.Sockets;

public abstract partial class SocketSession
{
    private FrameReader? _reader;
    private FloodGuard _flood;
    private TaskCompletionSource? _flushed;
    private long _heard, _pinged, _moved;       // when, in the server's milliseconds
    private long _deadline;                     // when a closing session is cut off; 0 while it is open
    private PipeReader? _input;
    private bool _opened, _peerClosed, _wasFlushed, _cutShort;

    /// <summary>Begins: the protocol may send from now on; nothing leaves before <see cref="Open"/>.</summary>
    internal void Begin()
    {
        _opened = true;
        try
        {
            OnOpen();
        }
#pragma warning disable CA1031 // The one place for what a protocol's handler throws: logged once, the session ends with 1011.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(exception);
        }
    }

    /// <summary>The handshake is answered: what waits leaves, and so does the rest.</summary>
    internal void Open(SocketSink sink)
    {
        _sink = sink;
        if (Outbox.IsFinished) sink.Abort();        // ended before there was anything to end
        Wake(Outbox.Open(), here: true);
        AfterSend();
    }

    /// <summary>Reads until the end of the connection. Never throws.</summary>
    internal async Task PumpAsync(PipeReader input)
    {
        _input = input;
        _reader = new FrameReader(Server.Options.MaxMessageBytes, Discards);
        while (true)
        {
            ReadResult result;
            try
            {
                result = await input.ReadAsync();
            }
            catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException
                or ObjectDisposedException or InvalidOperationException or ConnectionAbortedException)
            {
                break;
            }
            Volatile.Write(ref _heard, Server.NowMs);
            if (!result.Buffer.IsEmpty)
            {
                Server.Metrics.BytesReceived.Add(result.Buffer.Length);
                await TakeAsync(result);
            }
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted || result.IsCanceled || _peerClosed) break;
        }
        _reader.Dispose();
        if (_peerClosed) await WhenFlushed();
        Gone();
    }

    /// <summary>Waits until the session is over and what was queued has left; for streams that only talk.</summary>
    internal async Task UntilClosedAsync(CancellationToken aborted)
    {
        using var registration = aborted.UnsafeRegister(static session => ((SocketSession)session!).Gone(), this);
        await WhenFlushed();
        Gone();
    }

    /// <summary>The connection is no more: tells the protocol.</summary>
    internal void Finished()
    {
        if (!_opened) return;
        var status = _status ?? new CloseStatus(CloseCodes.Lost, "", ByPeer: true);
        Server.Metrics.Closed(status);
        try
        {
            OnClose(status);
        }
#pragma warning disable CA1031 // As in Begin; there is no session left to close.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Server.Logger.SessionFailed(exception);
        }
    }

    /// <summary>Looks at the clock for the session, a few times a second.</summary>
    internal void Tick(long nowMs)
    {
        var options = Server.Options;
        var deadline = Volatile.Read(ref _deadline);
        if (deadline != 0)
        {
            if (nowMs >= deadline) CutShort(nowMs);
            return;
        }
        if (Outbox.Bytes == 0) Volatile.Write(ref _moved, nowMs);
        var still = nowMs - Volatile.Read(ref _moved);
        if (Outbox.IsAwaited && still >= options.StalledAfter.TotalMilliseconds) Outbox.GiveUp();
        var silent = Format == FrameFormat.WebSocket ? nowMs - Volatile.Read(ref _heard) : still;
        if (silent >= options.DeadAfter.TotalMilliseconds)
        {
            Server.Logger.PeerDead(RemoteAddress, options.DeadAfter.TotalSeconds);
            Gone();
            return;
        }
        var interval = Format == FrameFormat.WebSocket ? options.PingInterval : options.CommentInterval;
        if (nowMs - _pinged < interval.TotalMilliseconds) return;
        _pinged = nowMs;
        Wake(Outbox.AddPing(Format == FrameFormat.WebSocket ? ServerFrame.EmptyPing : ServerFrame.Comment), here: false);
    }

    /// <summary>
    /// A close took too long. If everything was sent, the connection is ended in order: a reset would take what the system still has to
    /// deliver from a client that is only slow. If that does not help, or frames are stuck, it is cut.
    /// </summary>
    private void CutShort(long nowMs)
    {
        if (_cutShort || _input is null || !Outbox.IsFinished)
        {
            Abort();
            return;
        }
        _cutShort = true;
        Volatile.Write(ref _deadline, nowMs + (long)Server.Options.CloseTimeout.TotalMilliseconds);
        _input.CancelPendingRead();
    }

    private async ValueTask TakeAsync(ReadResult result)
    {
        if (Discards) CheckFlood(result.Buffer.Length, Server.Options.FloodBytesPerSecond);
        foreach (var memory in result.Buffer)
        {
            // Ours alone: the transport never looks at it again, and all of it is taken, so nothing is unmasked twice.
            var rest = MemoryMarshal.AsMemory(memory);
            while (!rest.IsEmpty)
            {
                var corked = Outbox.Cork();
                var handled = Step(ref rest);
                if (corked && Outbox.Uncork()) PassHere();
                try
                {
                    await handled;
                }
#pragma warning disable CA1031 // As in Begin.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    Fail(exception);
                }
            }
        }
    }

    /// <summary>Handles messages up to one whose handler has not completed.</summary>
    private ValueTask Step(ref Memory<byte> rest)
    {
        if (!IsOpen) _reader!.Ignore();
        var input = rest.Span;
        while (true)
        {
            var found = _reader!.Read(ref input, out var payload);
            rest = rest[^input.Length..];
            if (found == FrameEvent.NeedMore) return ValueTask.CompletedTask;
            try
            {
                var handled = Handle(found, payload);
                if (!handled.IsCompletedSuccessfully) return handled;
            }
#pragma warning disable CA1031 // As in Begin.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Fail(exception);
            }
        }
    }

    private ValueTask Handle(FrameEvent found, ReadOnlySpan<byte> payload)
    {
        Server.Metrics.FramesReceived.Add(1);
        if (!Discards) CheckFlood(1, Server.Options.MessagesPerSecond);
        switch (found)
        {
            case FrameEvent.Text when IsOpen:
                return OnMessage(payload);
            case FrameEvent.Binary when IsOpen:
                return OnBinary(payload);
            case FrameEvent.Ping:
                Wake(Outbox.AddPong(ServerFrame.Pong(payload)), here: true);
                break;
            case FrameEvent.Close:
                _peerClosed = true;
                End(new CloseStatus(_reader!.CloseCode, System.Text.Encoding.UTF8.GetString(payload), ByPeer: true));
                break;
            case FrameEvent.Failed:
                Close(_reader!.CloseCode, Explain(_reader.CloseCode));
                break;
        }
        return ValueTask.CompletedTask;
    }

    private static string Explain(int code) => code switch
    {
        CloseCodes.TooBig => "message too big",
        CloseCodes.InvalidText => "text is not UTF-8",
        CloseCodes.PolicyViolation => "too many empty fragments",
        _ => "framing rule broken",
    };

    /// <summary>A client that is listened to has so many messages, one that is not so many bytes.</summary>
    private void CheckFlood(long amount, int perSecond)
    {
        if (IsOpen && _flood.IsFlood(Server.NowMs, amount, perSecond, Server.Options.FloodSeconds))
            Close(CloseCodes.PolicyViolation, "flooding");
    }

    private void Fail(Exception exception)
    {
        Server.Logger.SessionFailed(exception);
        Close(CloseCodes.InternalError, "internal error");
    }

    private void End(CloseStatus status)
    {
        if (_outbox is null) throw new InvalidOperationException("The session is not open.");
        if (!TryEnd(status, Server.Options.FlushTimeout, out var subscriptions)) return;
        foreach (var subscription in subscriptions) subscription.Leave();
        byte[] frame = Format == FrameFormat.WebSocket ? ServerFrame.Close(status.Code, status.ByPeer ? "" : status.Reason) : [];
        Wake(Outbox.AddClose(frame), here: true);
        AfterSend();
    }

    /// <summary>The connection is gone, or is to be: drops what waits and lets everyone know.</summary>
    private void Gone(bool byPeer = true)
    {
        if (TryEnd(new CloseStatus(CloseCodes.Lost, "", byPeer), TimeSpan.Zero, out var subscriptions))
            foreach (var subscription in subscriptions) subscription.Leave();
        var inOrder = Outbox.IsFinished && (_peerClosed || _cutShort || Format != FrameFormat.WebSocket);
        Outbox.Drop();
        if (!inOrder) _sink?.Abort();
        Finish();
    }

    private bool TryEnd(CloseStatus status, TimeSpan flush, out List<Subscription> subscriptions)
    {
        lock (_lock)
        {
            subscriptions = _subscriptions ?? [];
            if (_status is not null) return false;
            _status = status;
            _subscriptions = null;
            _deadline = Math.Max(1, Server.NowMs + (long)flush.TotalMilliseconds);
            return true;
        }
    }

    private void AfterSend()
    {
        if (_status is not null && Outbox.IsFinished) Finish();
    }

    private void Finish()
    {
        lock (_lock)
        {
            if (_wasFlushed) return;
            _wasFlushed = true;
            if (_server is { } server) Volatile.Write(ref _deadline, server.NowMs + (long)server.Options.CloseTimeout.TotalMilliseconds);
            _flushed?.TrySetResult();
        }
    }

    private Task WhenFlushed()
    {
        lock (_lock)
        {
            if (_wasFlushed) return Task.CompletedTask;
            _flushed ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _flushed.Task;
        }
    }
}
