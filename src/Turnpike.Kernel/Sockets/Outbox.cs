namespace Turnpike.Kernel.Sockets;

/// <summary>
/// What waits to be sent on one connection: ready-made frames, shared and never copied, bounded in bytes. While nothing waits, frames that
/// many sessions share pass it by (<see cref="BeginRun"/>), so the outbox of a healthy subscriber is empty. Pings and pongs go ahead of
/// data, at the next frame's beginning; of several pings unanswered only the last is answered (RFC 6455, 5.5.3), so they take no room.
/// A close comes last and nothing after it. One sender at a time: it looks with <see cref="Begin"/>, sends, and says with
/// <see cref="Release"/> how much left.
/// </summary>
internal sealed class Outbox(int limit, FrameFormat format)
{
    private readonly Lock _lock = new();
    private FrameQueue _queue = new(format);
    private byte[]? _pong, _ping;
    private TaskCompletionSource<bool>? _room;
    private long _bytes;
    private int _roomFor;
    private bool _sending = true;       // until Open: nothing leaves before the handshake's answer
    private bool _scheduled, _closing, _gone;

    /// <summary>Bytes that wait; may be read at any time.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Everything, the close frame included, was handed to the system (or will never be).</summary>
    public bool IsFinished
    {
        get { lock (_lock) return _gone || _closing && _bytes == 0; }
    }

    /// <summary>A frame that is larger than the whole outbox is taken when the outbox is empty.</summary>
    public Queued Add(ReadOnlyMemory<byte> frame)
    {
        lock (_lock)
        {
            if (_closing || _gone) return Queued.Closed;
            if (_bytes > 0 && _bytes + frame.Length > limit) return Queued.Full;
            return Push(frame);
        }
    }

    /// <summary>Takes as many frames of the batch as there is room for.</summary>
    /// <param name="batch">Frames that other outboxes take too.</param>
    /// <param name="from">The first that is still to be taken; moves on by what was.</param>
    public Queued Add(FrameBatch batch, ref int from)
    {
        lock (_lock)
        {
            if (_closing || _gone) return Queued.Closed;
            var count = batch.Fitting(from, limit - _bytes);
            if (count == 0 && _bytes == 0 && from < batch.Count) count = 1;
            if (count == 0) return from < batch.Count ? Queued.Full : Queued.Taken;
            var start = batch.StartOf(from);
            from += count;
            return Push(batch.Bytes.AsMemory(start, batch.StartOf(from) - start));
        }
    }

    /// <summary>Takes as many messages as there is room for, each behind the same beginning.</summary>
    /// <param name="contents">What other outboxes take too, behind other beginnings; not copied.</param>
    /// <param name="prefix">The beginning.</param>
    /// <param name="from">The first that is still to be taken; moves on by what was.</param>
    public Queued Add(FrameBatch contents, ReadOnlySpan<byte> prefix, ref int from)
    {
        lock (_lock)
        {
            if (_closing || _gone) return Queued.Closed;
            var begun = from;
            for (; from < contents.Count; from++)
            {
                var content = contents.FrameAt(from);
                var length = ServerFrame.LengthOf(prefix.Length + content.Length);
                if (_bytes > 0 && _bytes + length > limit) break;
                _queue.Add(ServerFrame.StartOf(prefix, content.Length));
                if (!content.IsEmpty) _queue.Add(content);
                Volatile.Write(ref _bytes, _bytes + length);
            }
            if (from > begun) return Wake();
            return from < contents.Count ? Queued.Full : Queued.Taken;
        }
    }

    public Queued AddPong(byte[] frame) => AddControl(ref _pong, frame);

    public Queued AddPing(byte[] frame) => AddControl(ref _ping, frame);

    /// <summary>The last frame; an empty one where the format has none.</summary>
    public Queued AddClose(byte[] frame)
    {
        lock (_lock)
        {
            if (_closing || _gone) return Queued.Closed;
            _closing = true;
            _room?.TrySetResult(true);
            return frame.Length == 0 ? Wake() : Push(frame);
        }
    }

    /// <summary>The handshake is answered: what waits may leave.</summary>
    public Queued Open() => Release(0);

    /// <summary>
    /// The reader of this connection is at work: what it causes leaves together when it pauses. Undone by <see cref="Uncork"/>.
    /// </summary>
    /// <returns>False if someone else is to send anyway.</returns>
    public bool Cork()
    {
        lock (_lock) return !_scheduled && (_scheduled = true);
    }

    public bool Uncork()
    {
        lock (_lock)
        {
            _scheduled = false;
            return !_sending && HasWork;
        }
    }

    /// <summary>Makes the caller the sender, if there is something to send and nobody is sending.</summary>
    /// <param name="scratch">Where several pieces are put together.</param>
    /// <param name="bytes">What to send in one go: the scratch's beginning, or the only piece itself.</param>
    public bool Begin(Span<byte> scratch, out ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            bytes = default;
            _scheduled = false;
            if (_sending || !HasWork) return false;
            Promote();
            _sending = true;
            bytes = _queue.Count == 1 ? _queue.First.Span : scratch[.._queue.CopyTo(scratch)];
            return true;
        }
    }

    /// <summary>
    /// Makes the caller the sender of whole frames that it has in its hands, if nothing waits and nobody is sending. It says with
    /// <see cref="EndRun"/> or <see cref="KeepRest"/> how much left.
    /// </summary>
    /// <param name="length">Of the frames in bytes; counts as waiting meanwhile.</param>
    public Turn BeginRun(int length)
    {
        lock (_lock)
        {
            if (_closing || _gone) return Turn.None;
            if (_sending || HasWork || length > limit) return Turn.Busy;
            _sending = true;
            Volatile.Write(ref _bytes, length);
            return Turn.Mine;
        }
    }

    /// <summary>All of the run's bytes left, and the caller is no longer the sender.</summary>
    public Queued EndRun(int length)
    {
        lock (_lock)
        {
            Subtract(length);
            _sending = false;
            return Wake();
        }
    }

    /// <summary>Part of the run left; the rest waits before everything else, and the caller goes on being the sender.</summary>
    public void KeepRest(ReadOnlySpan<byte> run, int sent)
    {
        lock (_lock)
        {
            if (_gone) return;
            if (sent < run.Length) _queue.AddRest(run, sent);
            Subtract(sent);
        }
    }

    /// <summary>The next piece, for a sender that has to wait for the system's readiness.</summary>
    public ReadOnlyMemory<byte> Peek(int most)
    {
        lock (_lock)
        {
            if (_gone) return default;
            Promote();
            return _queue.Count == 0 ? default : _queue.First[..Math.Min(most, _queue.First.Length)];
        }
    }

    /// <summary>So many bytes left, and the caller goes on being the sender.</summary>
    public void SentSome(int count)
    {
        lock (_lock) Consume(count);
    }

    /// <summary>So many bytes left, and the caller is no longer the sender.</summary>
    public Queued Release(int count)
    {
        lock (_lock)
        {
            Consume(count);
            _sending = false;
            return Wake();
        }
    }

    /// <summary>The connection is gone: everything is dropped, nothing is taken any more.</summary>
    public void Drop()
    {
        lock (_lock)
        {
            _gone = true;
            _queue.Clear();
            _pong = _ping = null;
            Volatile.Write(ref _bytes, 0);
            _room?.TrySetResult(true);
        }
    }

    /// <summary>
    /// Completes when half of the outbox is free and the next frame fits, or when it is empty, or the session closes (true), or when
    /// <see cref="GiveUp"/> is called (false).
    /// </summary>
    /// <param name="next">The next frame's length in bytes.</param>
    public Task<bool> WhenRoom(int next)
    {
        lock (_lock)
        {
            if (_room is null) _roomFor = 0;
            _roomFor = Math.Max(_roomFor, next);
            if (HasRoom || _closing || _gone) return Task.FromResult(true);
            _room ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    /// <summary>Whether someone waits for room.</summary>
    public bool IsAwaited => Volatile.Read(ref _room) is not null;

    /// <summary>Tells those who wait for room that there will be none.</summary>
    public void GiveUp()
    {
        lock (_lock)
        {
            _room?.TrySetResult(false);
            _room = null;
        }
    }

    private bool HasRoom => _bytes == 0 || _bytes <= limit / 2 && _bytes + _roomFor <= limit;

    private bool HasWork => !_gone && (_bytes > 0 || _pong is not null || _ping is not null);

    private Queued AddControl(ref byte[]? slot, byte[] frame)
    {
        lock (_lock)
        {
            if (_closing || _gone) return Queued.Closed;
            slot = frame;
            return Wake();
        }
    }

    private Queued Push(ReadOnlyMemory<byte> frame)
    {
        _queue.Add(frame);
        Volatile.Write(ref _bytes, _bytes + frame.Length);
        return Wake();
    }

    private Queued Wake()
    {
        if (_sending || _scheduled || !HasWork) return Queued.Taken;
        _scheduled = true;
        return Queued.Idle;
    }

    /// <summary>Puts control frames where the next frame begins.</summary>
    private void Promote()
    {
        if (_pong is { } pong) Insert(pong);
        if (_ping is { } ping) Insert(ping);
        _pong = _ping = null;
    }

    private void Insert(byte[] control)
    {
        _queue.Insert(control);
        Volatile.Write(ref _bytes, _bytes + control.Length);
    }

    private void Consume(int count)
    {
        if (_gone || count == 0) return;
        _queue.Consume(count);
        Subtract(count);
    }

    private void Subtract(int count)
    {
        if (_gone) return;
        Volatile.Write(ref _bytes, _bytes - count);
        if (_room is null || !HasRoom) return;
        _room.TrySetResult(true);
        _room = null;
    }
}
