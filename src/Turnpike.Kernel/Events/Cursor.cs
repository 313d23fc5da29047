using System.Buffers.Text;

namespace Turnpike.Kernel.Events;

/// <summary>
/// From where a client resumes: everything up to a position, and also these few after it. A bare number would not do where works are
/// committed side by side: a snapshot may contain 8 and not yet 7.
/// </summary>
/// <remarks>
/// As text: base64url without padding over a version byte (1), the position, the number of extra positions, and each extra position as
/// its distance from the one before; all in LEB128, shortest form. Opaque to clients. One cursor has one text.
/// </remarks>
public sealed class Cursor : IEquatable<Cursor>
{
    private const byte Version = 1;
    private const int MaxAlso = 64;         // works that run side by side at once, generously
    private const int MaxText = 1024;

    private readonly long[] _also;

    private Cursor(long position, long[] also)
    {
        Position = position;
        _also = also;
    }

    /// <summary>Before the first event.</summary>
    public static Cursor Start { get; } = new(0, []);

    /// <summary>Everything up to this position is contained.</summary>
    internal long Position { get; }

    /// <summary>The newest position contained.</summary>
    internal long Newest => _also.Length > 0 ? _also[^1] : Position;

    /// <summary>Everything up to a position.</summary>
    internal static Cursor At(long position) => new(position, []);

    /// <summary>Everything up to a position, and some after it.</summary>
    /// <param name="position">The position.</param>
    /// <param name="also">Positions above it; at most 64.</param>
    internal static Cursor At(long position, IEnumerable<long> also)
    {
        long[] sorted = [.. also.Where(p => p > position).Distinct().Order()];
        var run = 0;
        while (run < sorted.Length && sorted[run] == position + 1 + run) run++;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sorted.Length - run, MaxAlso, nameof(also));
        return new(position + run, sorted[run..]);
    }

    /// <summary>Reads a cursor that a client brings back.</summary>
    /// <returns>The cursor, or <see cref="EventErrors.CursorMalformed"/>.</returns>
    public static Result<Cursor> Parse(string text)
    {
        if (text.Length is 0 or > MaxText || !Base64Url.IsValid(text)) return EventErrors.CursorMalformed;
        var bytes = Base64Url.DecodeFromChars(text);
        var at = 1;
        if (bytes[0] != Version || !TryRead(bytes, ref at, out var position) || !TryRead(bytes, ref at, out var count)
            || count > MaxAlso) return EventErrors.CursorMalformed;
        var also = new long[count];
        var last = position;
        for (var i = 0; i < also.Length; i++)
        {
            if (!TryRead(bytes, ref at, out var distance) || distance == 0 || distance > long.MaxValue - last)
                return EventErrors.CursorMalformed;
            last = also[i] = last + distance;
        }

        var cursor = new Cursor(position, also);
        // One cursor, one text: whatever else decodes to it (padding, loose last bits, a run that belongs to the position) is none.
        var canonical = at == bytes.Length && (also.Length == 0 || also[0] > position + 1) && cursor.ToString() == text;
        return canonical ? cursor : EventErrors.CursorMalformed;
    }

    /// <summary>This cursor and everything up to a position.</summary>
    internal Cursor AdvancedTo(long position) => At(Math.Max(position, Position), _also);

    /// <summary>True if the client has had that event.</summary>
    public bool Contains(CommittedEvent @event) => @event.Position <= Position || Array.BinarySearch(_also, @event.Position) >= 0;

    /// <summary>The text that a client keeps and brings back.</summary>
    public override string ToString()
    {
        var bytes = new MemoryStream();
        bytes.WriteByte(Version);
        Write(bytes, Position);
        Write(bytes, _also.Length);
        var last = Position;
        foreach (var position in _also)
        {
            Write(bytes, position - last);
            last = position;
        }

        return Base64Url.EncodeToString(bytes.ToArray());
    }

    /// <inheritdoc/>
    public bool Equals(Cursor? other) => other is not null && Position == other.Position && _also.AsSpan().SequenceEqual(other._also);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Cursor);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Position, _also.Length);

    private static void Write(MemoryStream bytes, long value)
    {
        for (; value >= 0x80; value >>= 7) bytes.WriteByte((byte)((value & 0x7f) | 0x80));
        bytes.WriteByte((byte)value);
    }

    private static bool TryRead(byte[] bytes, ref int at, out long value)
    {
        value = 0;
        for (var shift = 0; shift < 63 && at < bytes.Length; shift += 7)
        {
            var part = bytes[at++];
            value |= (long)(part & 0x7f) << shift;
            if (part < 0x80) return part != 0 || shift == 0;
        }

        return false;
    }
}
