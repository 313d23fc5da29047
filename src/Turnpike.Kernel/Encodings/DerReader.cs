namespace Turnpike.Kernel.Encodings;

/// <summary>Reads ASN.1 DER, strictly: definite lengths in their shortest form, one-byte tags.</summary>
/// <remarks>X.690, 10. Whoever reads a value asks <see cref="IsEmpty"/> in the end: bytes that follow are a fault too.</remarks>
public ref struct DerReader(ReadOnlySpan<byte> der)
{
    private ReadOnlySpan<byte> _rest = der;

    /// <summary>True if nothing is left.</summary>
    public readonly bool IsEmpty => _rest.IsEmpty;

    /// <summary>How many bytes are left.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>The tag of what comes next, or -1 if nothing does.</summary>
    public readonly int NextTag => _rest.IsEmpty ? -1 : _rest[0];

    /// <summary>Reads a value with a certain tag.</summary>
    /// <param name="tag">The tag, with its class and whether it is constructed.</param>
    /// <param name="content">What is within it.</param>
    public bool TryRead(byte tag, out ReadOnlySpan<byte> content)
    {
        content = default;
        if (NextTag != tag || !TryReadLength(out var header, out var length)) return false;
        content = _rest.Slice(header, length);
        _rest = _rest[(header + length)..];
        return true;
    }

    /// <summary>Reads a value of exactly so many bytes.</summary>
    /// <param name="tag">The tag, with its class and whether it is constructed.</param>
    /// <param name="length">How long its content must be.</param>
    /// <param name="content">What is within it.</param>
    public bool TryRead(byte tag, int length, out ReadOnlySpan<byte> content) => TryRead(tag, out content) && content.Length == length;

    /// <summary>Reads an integer that is not negative: two's complement in as few bytes as possible, big-endian.</summary>
    /// <param name="tag">The tag; implicit ones are not 02.</param>
    /// <param name="value">0 to 2⁶³ - 1.</param>
    public bool TryReadInteger(byte tag, out long value)
    {
        value = 0;
        if (!TryRead(tag, out var content) || content.Length is 0 or > 8 || content[0] > 0x7F) return false;
        if (content.Length > 1 && content[0] == 0 && content[1] < 0x80) return false;
        foreach (var b in content) value = value << 8 | b;
        return true;
    }

    private readonly bool TryReadLength(out int header, out int length)
    {
        header = 2;
        length = 0;
        if (_rest.Length < 2) return false;
        if (_rest[1] < 0x80)
        {
            length = _rest[1];
            return length <= _rest.Length - header;
        }

        var bytes = _rest[1] & 0x7F;
        header = 2 + bytes;
        if (bytes is 0 or > 3 || _rest.Length < header || _rest[2] == 0) return false;
        foreach (var b in _rest.Slice(2, bytes)) length = length << 8 | b;
        return length >= 0x80 && length <= _rest.Length - header;
    }
}
