using System.Buffers;

namespace Turnpike.Kernel.Sockets;

/// <summary>
/// Collects the frames of a change, ready to be sent, in the form that the group's sessions take. Either hand over a finished message
/// (<see cref="Write"/>), or <see cref="Begin"/>, write into this as an <see cref="IBufferWriter{T}"/>, <see cref="End"/>.
/// </summary>
/// <remarks>Text frames of RFC 6455, 5.2, unmasked and unfragmented; or the event stream format of HTML, 9.2.5.</remarks>
public sealed class FrameWriter : IBufferWriter<byte>
{
    [ThreadStatic] private static FrameWriter? t_webSocket, t_events, t_contents;

    private readonly List<int> _ends = [];
    private readonly List<long> _offsets = [];
    private byte[] _buffer = new byte[1024];
    private int _length;
    private int _content = -1;      // where the open message's content begins
    private long _offset;

    internal FrameWriter(FrameFormat format) => Format = format;

    /// <summary>How the messages are wrapped; the messages themselves should not depend on it.</summary>
    public FrameFormat Format { get; }

    /// <summary>Adds a message.</summary>
    /// <param name="offset">Its place in the topic's order; greater than that of the message before.</param>
    /// <param name="utf8">The whole message.</param>
    /// <param name="id">The id of a server-sent event, where a client goes on with <c>Last-Event-ID</c>; not used on a WebSocket.</param>
    public void Write(long offset, ReadOnlySpan<byte> utf8, ReadOnlySpan<byte> id = default)
    {
        Begin(offset, id);
        this.Write(utf8);
        End();
    }

    /// <summary>Begins a message; what is written to this until <see cref="End"/> is its content.</summary>
    /// <param name="offset">Its place in the topic's order; greater than that of the message before.</param>
    /// <param name="id">The id of a server-sent event; not used on a WebSocket.</param>
    public void Begin(long offset, ReadOnlySpan<byte> id = default)
    {
        if (_content >= 0) throw new InvalidOperationException("The message before was not ended.");
        if (_offsets.Count > 0 && offset <= _offsets[^1])
            throw new ArgumentOutOfRangeException(nameof(offset), offset, "Offsets must rise from message to message.");
        if (Format == FrameFormat.WebSocket)
        {
            GetSpan(4);
            _length += 4;       // the header's room for 126 to 65535 bytes, which most messages have; End moves the others
        }
        else if (Format == FrameFormat.ServerSentEvents)
        {
            if (!id.IsEmpty)
            {
                this.Write("id: "u8);
                this.Write(id);
                this.Write("\n"u8);
            }
            this.Write("data: "u8);
        }
        _offset = offset;
        _content = _length;
    }

    /// <summary>Ends the message that <see cref="Begin"/> began.</summary>
    public void End()
    {
        if (_content < 0) throw new InvalidOperationException("No message was begun.");
        if (Format == FrameFormat.WebSocket) PutHeader();
        else if (Format == FrameFormat.ServerSentEvents) EndEvent();
        _content = -1;
        _ends.Add(_length);
        _offsets.Add(_offset);
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_buffer.Length - _length), nameof(count));
        _length += count;
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var needed = _length + Math.Max(sizeHint, 1);
        if (needed > _buffer.Length) Array.Resize(ref _buffer, Math.Max(needed, checked(_buffer.Length * 2)));
        return _buffer.AsMemory(_length);
    }

    /// <summary>A writer of this thread's, empty; the caller takes its batch before it asks again.</summary>
    internal static FrameWriter Rent(FrameFormat format)
    {
        ref var kept = ref t_webSocket;
        if (format == FrameFormat.ServerSentEvents) kept = ref t_events;
        if (format == FrameFormat.Content) kept = ref t_contents;
        kept ??= new FrameWriter(format);
        kept.Clear();
        return kept;
    }

    /// <summary>What was written; the writer is empty again.</summary>
    internal FrameBatch Take()
    {
        if (_content >= 0) throw new InvalidOperationException("The last message was not ended.");
        var batch = _ends.Count == 0 ? FrameBatch.Empty : new FrameBatch(_buffer.AsSpan(0, _length).ToArray(), [.. _ends], [.. _offsets]);
        Clear();
        return batch;
    }

    private void Clear()
    {
        const int kept = 1 << 20;
        if (_buffer.Length > kept) _buffer = new byte[1024];
        _ends.Clear();
        _offsets.Clear();
        _length = 0;
        _content = -1;
    }

    private void PutHeader()
    {
        var payload = _length - _content;
        var header = ServerFrame.HeaderLength(payload);
        if (header != 4)
        {
            GetSpan(ServerFrame.MaxHeaderLength);
            _buffer.AsSpan(_content, payload).CopyTo(_buffer.AsSpan(_content - 4 + header));
            _length += header - 4;
        }
        ServerFrame.WriteHeader(_buffer.AsSpan(_content - 4), ServerFrame.Text, payload);
    }

    /// <summary>A line feed in the content would end the event's data, so each line gets a <c>data:</c> of its own.</summary>
    private void EndEvent()
    {
        var content = _buffer.AsSpan(_content, _length - _content);
        if (content.IndexOfAny((byte)'\n', (byte)'\r') >= 0)
        {
            var lines = content.ToArray().AsSpan();
            _length = _content;
            for (var first = true; ; first = false)
            {
                if (!first) this.Write("\ndata: "u8);
                var end = lines.IndexOfAny((byte)'\n', (byte)'\r');
                this.Write(end < 0 ? lines : lines[..end]);
                if (end < 0) break;
                var crlf = lines[end] == '\r' && end + 1 < lines.Length && lines[end + 1] == '\n';
                lines = lines[(end + (crlf ? 2 : 1))..];
            }
        }
        this.Write("\n\n"u8);
    }
}
