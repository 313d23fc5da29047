using System.Runtime.InteropServices;

namespace Turnpike.Kernel.Sockets;

/// <summary>
/// The live members of a group that one walker serves, and what was published to them lately, once for all. The walker goes around the
/// members without an end while there is anything to send, and gives each everything since its last turn; so a publisher that may be n
/// events ahead fills every send with n events. What all members have had is forgotten.
/// </summary>
/// <remarks>
/// Members change under the topic's lock and this one; a member's position under this one. Within it the outbox is claimed, so that what
/// a session sends itself cannot come between. Nothing is sent under a lock.
/// </remarks>
internal sealed class LiveRing<TChange>(Walker walker) : IWalked
    where TChange : class, IChange
{
    private const int Slice = 64;           // members a visit: half a millisecond, after which others have their turn

    private readonly Lock _lock = new();
    private readonly List<Subscription<TChange>> _members = [];
    private readonly List<Due> _due = [];
    private long _first;                    // position of _due[0]
    private long _turns;                    // turns that are over
    private int _next;                      // whose turn is next
    private int _current;                   // 1 during a turn
    private bool _queued;

    /// <summary>Frames, whom they are for, and the turn by which everyone has had one since.</summary>
    private record struct Due(LiveFrames Frames, Publication Publication, long Until);

    public Walker Walker => walker;

    /// <summary>May be read under the topic's lock.</summary>
    public IReadOnlyList<Subscription<TChange>> Members => _members;

    /// <summary>Nothing is on its way to the members.</summary>
    public bool IsIdle
    {
        get { lock (_lock) return _due.Count == 0; }
    }

    private long End => _first + _due.Count;

    /// <summary>From what is published next on.</summary>
    public void Add(Subscription<TChange> subscription)
    {
        lock (_lock)
        {
            subscription.Slot = _members.Count;
            subscription.Position = End;
            _members.Add(subscription);
            foreach (ref var due in CollectionsMarshal.AsSpan(_due)) due.Until++;       // its turn may come before theirs
        }
    }

    public void Remove(Subscription<TChange> subscription)
    {
        lock (_lock)
        {
            var last = _members[^1];
            last.Slot = subscription.Slot;
            _members[last.Slot] = last;
            _members.RemoveAt(_members.Count - 1);
            subscription.Slot = -1;
            // the last may have moved to where they have been
            foreach (ref var due in CollectionsMarshal.AsSpan(_due)) due.Until = OnceAround;
        }
    }

    /// <summary>Has the frames given to all members.</summary>
    public void Publish(LiveFrames frames, Publication publication)
    {
        publication.Begin();
        lock (_lock)
        {
            _due.Add(new Due(frames, publication, OnceAround));
            if (_queued) return;
            _queued = true;
        }
        walker.Enqueue(this);
    }

    /// <summary>Puts what is due to the member into its outbox, as far as there is room; its next turn is empty then.</summary>
    /// <param name="member">One of the members.</param>
    /// <param name="missed">The first frames that it could not take whole, and how many of them it took; null if it has everything.</param>
    public Queued Settle(Subscription<TChange> member, out (LiveFrames Frames, int Taken)? missed)
    {
        missed = null;
        var result = Queued.Taken;
        lock (_lock)
        {
            for (; member.Position < End; member.Position++)
            {
                var (frames, taken) = (_due[(int)(member.Position - _first)].Frames, 0);
                var queued = member.Session.Outbox.Add(frames.Batch, ref taken);
                if (queued == Queued.Idle) result = queued;
                if (queued == Queued.Closed || taken == frames.Batch.Count) continue;
                missed = (frames, taken);
                break;
            }
        }
        return result;
    }

    public bool Walk(byte[] scratch)
    {
        var run = new Run(scratch);
        for (var i = 0; i < Slice; i++)
        {
            if (!TakeTurn(ref run, out var member, out var turn)) return false;
            if (turn == Turn.Mine) member.Session.SendRun(run.Bytes);
            if (turn != Turn.Busy) continue;
            if (member.Settle() == Queued.Idle) member.Session.Walk(scratch);
            run = new Run(scratch);         // the session may have used it
        }
        return true;
    }

    private long OnceAround => _turns + _current + _members.Count;

    /// <returns>False if nothing is due any more: the ring leaves the walker.</returns>
    private bool TakeTurn(ref Run run, out Subscription<TChange> member, out Turn turn)
    {
        lock (_lock)
        {
            _turns += _current;
            _current = 0;
            Forget();
            _queued = _due.Count > 0;
            (member, turn) = (null!, Turn.None);
            if (!_queued) return false;
            if (_next >= _members.Count) _next = 0;
            member = _members[_next];
            if (member.Position < End)
            {
                Fill(ref run, member.Position);
                turn = member.Session.Outbox.BeginRun(run.Bytes.Length);
                if (turn == Turn.Mine) member.Position = run.To;
                if (turn == Turn.Mine && run.To < End) return true;     // more than fits into one send: its turn is not over
                if (turn == Turn.None) member.Position = End;
            }
            _next++;
            _current = 1;
            return true;
        }
    }

    private void Forget()
    {
        var count = 0;
        while (count < _due.Count && (_due[count].Until <= _turns || _members.Count == 0)) _due[count++].Publication.Done();
        if (count == 0) return;
        _due.RemoveRange(0, count);
        _first += count;
    }

    /// <summary>Puts what is due from the position on into one piece; for many members on end it is the same.</summary>
    private void Fill(ref Run run, long from)
    {
        if (run.From == from && run.To == End) return;
        run.From = from;
        run.To = from + 1;
        run.Bytes = BytesAt(from);
        while (run.To < End && run.Bytes.Length + BytesAt(run.To).Length <= run.Scratch.Length)
        {
            var bytes = BytesAt(run.To);
            if (run.To == from + 1) run.Bytes.CopyTo(run.Scratch);
            bytes.CopyTo(run.Scratch[run.Bytes.Length..]);
            run.Bytes = run.Scratch[..(run.Bytes.Length + bytes.Length)];
            run.To++;
        }
    }

    private ReadOnlySpan<byte> BytesAt(long position) => _due[(int)(position - _first)].Frames.Batch.Bytes;

    /// <summary>What is due from one position up to another, in one piece.</summary>
    private ref struct Run(Span<byte> scratch)
    {
        public readonly Span<byte> Scratch = scratch;
        public ReadOnlySpan<byte> Bytes;
        public long From = -1;
        public long To = -1;
    }
}
