using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Turnpike.Cashu.Client;

/// <summary>
/// CBOR as tokens use it: maps with names as keys, arrays, texts, byte strings, unsigned integers, flags, null. Lengths are always given
/// (RFC 8949, 3.2.2 is not taken), names are there once. Everything answers false for what is not so.
/// </summary>
internal ref struct CborReader(ReadOnlySpan<byte> bytes)
{
    private const int MaxDepth = 16;
    private const int Unsigned = 0, Negative = 1, Bytes = 2, Text = 3, Array = 4, Map = 5, Simple = 7;
    private ReadOnlySpan<byte> _rest = bytes;
    private int _depth;

    /// <summary>Reads one value of a map whose name was just read.</summary>
    public delegate bool CborMember(ref CborReader cbor, string name);

    /// <summary>Reads one element of an array.</summary>
    public delegate bool CborElement(ref CborReader cbor);

    /// <summary>Whether nothing is left.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Reads a map; each name is handed over with the reader at its value, which must be read or skipped.</summary>
    public bool TryReadMap(CborMember member)
    {
        if (!TryReadHead(Map, out var count) || count > (ulong)_rest.Length / 2 || ++_depth > MaxDepth) return false;
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (; count > 0; count--)
        {
            if (!TryReadText(out var name) || !names.Add(name) || !member(ref this, name)) return false;
        }

        _depth--;
        return true;
    }

    /// <summary>Reads an array, element by element.</summary>
    public bool TryReadArray(CborElement element)
    {
        if (!TryReadHead(Array, out var count) || count > (ulong)_rest.Length || ++_depth > MaxDepth) return false;
        for (; count > 0; count--)
        {
            if (!element(ref this)) return false;
        }

        _depth--;
        return true;
    }

    /// <summary>Reads a text.</summary>
    public bool TryReadText([NotNullWhen(true)] out string? text)
    {
        text = null;
        if (!TryReadString(Text, out var utf8) || !Utf8.IsValid(utf8)) return false;
        text = Encoding.UTF8.GetString(utf8);
        return true;
    }

    /// <summary>Reads a byte string: a piece of the input.</summary>
    public bool TryReadBytes(out ReadOnlySpan<byte> bytes) => TryReadString(Bytes, out bytes);

    /// <summary>Reads an unsigned integer.</summary>
    public bool TryReadInteger(out ulong number) => TryReadHead(Unsigned, out number);

    /// <summary>Reads true or false.</summary>
    public bool TryReadFlag(out bool flag)
    {
        flag = false;
        if (!TryReadHead(Simple, out var value) || value is not (20 or 21)) return false;
        flag = value == 21;
        return true;
    }

    /// <summary>Passes over null or undefined, if that is what is next.</summary>
    public bool TryReadNothing()
    {
        if (_rest.IsEmpty || _rest[0] is not (0xf6 or 0xf7)) return false;
        _rest = _rest[1..];
        return true;
    }

    /// <summary>Passes over a value of any type.</summary>
    public bool TrySkip()
    {
        if (_rest.IsEmpty) return false;
        switch (_rest[0] >> 5)
        {
            case Unsigned or Negative or Simple:
                return TryReadHead(_rest[0] >> 5, out _);
            case Bytes or Text:
                return TryReadString(_rest[0] >> 5, out _);
            case Array:
                return TryReadArray(static (ref CborReader cbor) => cbor.TrySkip());
            case Map:
                return TryReadMap(static (ref CborReader cbor, string _) => cbor.TrySkip());
            default:
                return false;       // tags
        }
    }

    private bool TryReadString(int type, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (!TryReadHead(type, out var length) || length > (ulong)_rest.Length) return false;
        bytes = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return true;
    }

    private bool TryReadHead(int type, out ulong value)
    {
        value = 0;
        if (_rest.IsEmpty || _rest[0] >> 5 != type) return false;
        var small = _rest[0] & 31;
        var length = small switch { < 24 => 0, 24 => 1, 25 => 2, 26 => 4, 27 => 8, _ => -1 };
        if (length < 0 || _rest.Length <= length) return false;
        Span<byte> wide = stackalloc byte[sizeof(ulong)];
        wide.Clear();
        _rest.Slice(1, length).CopyTo(wide[(sizeof(ulong) - length)..]);
        value = length == 0 ? (ulong)small : BinaryPrimitives.ReadUInt64BigEndian(wide);
        _rest = _rest[(1 + length)..];
        return true;
    }
}
