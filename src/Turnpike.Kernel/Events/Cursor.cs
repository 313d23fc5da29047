using System.Buffers.Text;
using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Events;

/// <summary>
/// From where a client resumes: everything up to a position, and also these runs after it. A bare number would not do where works are
/// committed side by side: a snapshot may contain 8 and not yet 7.
/// </summary>
/// <remarks>
/// As text: base64url without padding over a version byte (1), the position, and for each run how many positions are missing before it
/// and how many it has; all in LEB128, shortest form. Opaque to clients. One cursor has one text.
/// </remarks>
public sealed class Cursor : IEquatable<Cursor>
{
    // Between runs there are works in flight, or rolled back and not settled yet: more than connections that write, several nodes of them.
    internal const int MaxRuns = 256;

    private const byte Version = 1;
    private const int MaxText = 8192;

    private readonly Run[] _runs;

    private Cursor(long position, Run[] runs)
    {
        Position = position;
        _runs = runs;
    }

    /// <summary>Before the first event.</summary>
    public static Cursor Start { get; } = new(0, []);

    /// <summary>Everything up to this position is contained.</summary>
    internal long Position { get; }

    /// <summary>The newest position contained.</summary>
    internal long Newest => _runs.Length > 0 ? _runs[^1].Last : Position;

    /// <summary>Everything up to a position.</summary>
    internal static Cursor At(long position) => new(position, []);

    /// <summary>Everything up to a position, and some after it.</summary>
    /// <param name="position">The position.</param>
    /// <param name="also">Positions, in any order.</param>
    /// <exception cref="StorageUnavailableException">They have more than 256 gaps; in a moment some of them are settled.</exception>
    internal static Cursor At(long position, IEnumerable<long> also)
    {
        var runs = new List<Run>();
        foreach (var next in also.Where(p => p > position).Order())
        {
            if (runs.Count > 0 && next <= runs[^1].Last + 1) runs[^1] = runs[^1] with { Last = next };
            else runs.Add(new(next, next));
        }

        return Of(position, [.. runs]);
    }

    /// <summary>Everything up to a position, and some after it.</summary>
    /// <param name="position">The position.</param>
    /// <param name="runs">Rising, with gaps between them; those that the position reaches become part of it.</param>
    /// <exception cref="StorageUnavailableException">More than 256 of them remain; in a moment some are settled.</exception>
    internal static Cursor Of(long position, Run[] runs)
    {
        var reached = 0;
        for (; reached < runs.Length && runs[reached].First <= position + 1; reached++) position = Math.Max(position, runs[reached].Last);
        return runs.Length - reached <= MaxRuns ? new(position, runs[reached..])
            : throw new StorageUnavailableException($"More than {MaxRuns} commits are in flight or undone at once; try again.");
    }

    /// <summary>Reads a cursor that a client brings back.</summary>
    /// <returns>The cursor, or <see cref="EventErrors.CursorMalformed"/>.</returns>
    public static Result<Cursor> Parse(string text)
    {
        if (text.Length is 0 or > MaxText || !Base64Url.IsValid(text)) return EventErrors.CursorMalformed;
        var bytes = Base64Url.DecodeFromChars(text);
        var at = 1;
        if (bytes is not [Version, ..] || !TryRead(bytes, ref at, out var position)) return EventErrors.CursorMalformed;
        var runs = new List<Run>();
        var last = position;
        while (at < bytes.Length)
        {
            if (runs.Count == MaxRuns || !TryReadRun(bytes, ref at, last, out var run)) return EventErrors.CursorMalformed;
            runs.Add(run);
            last = run.Last;
        }

        var cursor = new Cursor(position, [.. runs]);
        // One cursor, one text: whatever else decodes to it (padding, white space, loose last bits) is none.
        return cursor.ToString() == text ? cursor : EventErrors.CursorMalformed;
    }

    /// <summary>Whether there are events after the position that it contains: then it is not what the position alone says.</summary>
    public bool HasGaps => _runs.Length > 0;

    /// <summary>Everything up to an event, and nothing after it.</summary>
    public static Cursor Of(CommittedEvent @event) => At(@event.Position);

    /// <summary>This cursor and everything up to an event.</summary>
    public Cursor AdvancedTo(CommittedEvent @event) => AdvancedTo(@event.Position);

    /// <summary>This cursor and everything up to a position.</summary>
    internal Cursor AdvancedTo(long position) => position <= Position ? this : Of(position, _runs);

    /// <summary>True if the client has had that event.</summary>
    public bool Contains(CommittedEvent @event) => Contains(@event.Position);

    /// <summary>True if the client has had the event at that position.</summary>
    internal bool Contains(long position)
    {
        if (position <= Position) return true;
        var (low, high) = (0, _runs.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_runs[middle].Last < position) low = middle + 1;
            else high = middle;
        }

        return low < _runs.Length && _runs[low].First <= position;
    }

    /// <summary>The text that a client keeps and brings back.</summary>
    public override string ToString()
    {
        var bytes = new MemoryStream();
        bytes.WriteByte(Version);
        Write(bytes, Position);
        var last = Position;
        foreach (var run in _runs)
        {
            Write(bytes, run.First - last - 1);
            Write(bytes, run.Last - run.First + 1);
            last = run.Last;
        }

        return Base64Url.EncodeToString(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    /// <inheritdoc/>
    public bool Equals(Cursor? other) => other is not null && Position == other.Position && _runs.AsSpan().SequenceEqual(other._runs);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Cursor);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Position, _runs.Length, Newest);

    private static void Write(MemoryStream bytes, long value)
    {
        for (; value >= 0x80; value >>= 7) bytes.WriteByte((byte)((value & 0x7f) | 0x80));
        bytes.WriteByte((byte)value);
    }

    private static bool TryReadRun(byte[] bytes, ref int at, long last, out Run run)
    {
        run = default;
        if (!TryRead(bytes, ref at, out var missing) || missing == 0 || missing > long.MaxValue - last) return false;
        if (!TryRead(bytes, ref at, out var length) || length == 0 || length > long.MaxValue - last - missing) return false;
        run = new(last + missing + 1, last + missing + length);
        return true;
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
