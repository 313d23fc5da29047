namespace Turnpike.Kernel.Sockets;

/// <summary>
/// What waits on one connection, in pieces of memory that others may share. A piece is whole frames, or the beginning of one frame that the
/// next piece ends. Knows where the next frame begins, so that a control frame never gets into another.
/// </summary>
/// <param name="format">How messages are wrapped.</param>
internal struct FrameQueue(FrameFormat format)
{
    private readonly FrameFormat _format = format;
    private SegmentQueue _pieces;
    private int _boundary;      // bytes until the end of the frame that was sent in part

    /// <summary>How many pieces there are.</summary>
    public readonly int Count => _pieces.Count;

    /// <summary>The first piece; there is one.</summary>
    public readonly ReadOnlyMemory<byte> First => _pieces[0];

    /// <summary>Adds whole frames, or a frame's beginning and then its end.</summary>
    public void Add(ReadOnlyMemory<byte> piece) => _pieces.PushBack(piece);

    /// <summary>Keeps what is left of whole frames that were on their way past the queue. No frame is sent in part.</summary>
    /// <param name="frames">All of them; copied.</param>
    /// <param name="sent">How many of their bytes left; fewer than all.</param>
    public void AddRest(ReadOnlySpan<byte> frames, int sent)
    {
        _boundary = BoundaryAfter(frames, sent);
        _pieces.PushFront(frames[sent..].ToArray());
    }

    /// <summary>Puts a control frame where the next frame begins.</summary>
    public void Insert(byte[] control) => Insert(control, _boundary);

    /// <summary>Puts pieces together, as many as fit, the last one in part.</summary>
    /// <returns>How many bytes that is.</returns>
    public readonly int CopyTo(Span<byte> scratch)
    {
        var length = 0;
        for (var i = 0; i < _pieces.Count && length < scratch.Length; i++)
        {
            var piece = _pieces[i].Span;
            var fits = piece[..Math.Min(piece.Length, scratch.Length - length)];
            fits.CopyTo(scratch[length..]);
            length += fits.Length;
        }
        return length;
    }

    /// <summary>So many bytes left.</summary>
    public void Consume(int count)
    {
        while (count > 0)
        {
            ref var first = ref _pieces[0];
            if (count < first.Length)
            {
                _boundary = BoundaryAfter(first.Span, count);
                first = first[count..];
                return;
            }
            count -= first.Length;
            _boundary = BoundaryAfterAll(first.Span);
            _pieces.PopFront();
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _pieces.Clear();
        _boundary = 0;
    }

    private void Insert(byte[] control, int at)
    {
        if (at == 0)
        {
            _pieces.PushFront(control);
            return;
        }
        var first = _pieces[0];
        _pieces.PopFront();
        if (first.Length > at)
        {
            _pieces.PushFront(first[at..]);
            _pieces.PushFront(control);
        }
        else
        {
            Insert(control, at - first.Length);         // the frame goes on in the next piece
        }
        _pieces.PushFront(first[..Math.Min(at, first.Length)]);
    }

    /// <summary>How much remains of the frame that was cut; only a short send pays for this walk.</summary>
    private readonly int BoundaryAfter(ReadOnlySpan<byte> piece, int sent)
    {
        if (_format != FrameFormat.WebSocket) return sent == 0 ? 0 : piece.Length - sent;
        var end = _boundary;
        while (end < sent) end += ServerFrame.LengthAt(piece[end..]);
        return end - sent;
    }

    private readonly int BoundaryAfterAll(ReadOnlySpan<byte> piece)
    {
        if (_boundary > 0) return Math.Max(0, _boundary - piece.Length);
        return _format == FrameFormat.WebSocket ? Math.Max(0, ServerFrame.LengthAt(piece) - piece.Length) : 0;
    }
}
