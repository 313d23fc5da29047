using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Turnpike.Kernel.Encodings;

/// <summary>Writes the tokens of a <see cref="JsonSource"/> in a canonical form, and notes where each value came to stand.</summary>
internal sealed class CanonicalWriter(JsonSource source, CanonicalForm form, bool lastMemberWins) : IDisposable
{
    private static readonly SearchValues<byte> s_escaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (byte)c), (byte)'"', (byte)'\\']);

    private byte[] _utf8 = ArrayPool<byte>.Shared.Rent(Math.Max(256, source.Tokens.Length * 16));
    private int _length;
    private CanonicalEntry[] _entries = ArrayPool<CanonicalEntry>.Shared.Rent(source.Tokens.Length);
    private int _entryCount;
    private int[] _members = ArrayPool<int>.Shared.Rent(source.Tokens.Length);
    private int _memberCount;

    public ReadOnlySpan<byte> Utf8 => _utf8.AsSpan(0, _length);

    public ReadOnlySpan<CanonicalEntry> Entries => _entries.AsSpan(0, _entryCount);

    /// <returns>Null, or <see cref="CanonicalFaults.DuplicateMember"/>.</returns>
    public ProtocolError? Write() => WriteValue(0);

    public void Dispose()
    {
        if (_utf8.Length == 0) return;
        ArrayPool<byte>.Shared.Return(_utf8);
        ArrayPool<CanonicalEntry>.Shared.Return(_entries);
        ArrayPool<int>.Shared.Return(_members);
        (_utf8, _entries, _members, _length, _entryCount) = ([], [], [], 0, 0);
    }

    private ProtocolError? WriteValue(int index)
    {
        ref readonly var token = ref source.Tokens[index];
        var entry = _entryCount++;
        var start = _length;
        ProtocolError? fault = null;
        switch (token.Type)
        {
            case JsonTokenType.StartObject:
                fault = WriteObject(index, token.Next);
                break;
            case JsonTokenType.StartArray:
                fault = WriteArray(index, token.Next);
                break;
            case JsonTokenType.String:
                WriteString(source.Text(token));
                _entries[entry] = new CanonicalEntry(token.Type, start + 1, _length - 1, _entryCount);
                return null;
            case JsonTokenType.Number:
                WriteNumber(token);
                break;
            default:
                Write(token.Type switch { JsonTokenType.True => "true"u8, JsonTokenType.False => "false"u8, _ => "null"u8 });
                break;
        }

        _entries[entry] = new CanonicalEntry(token.Type, start, _length, _entryCount);
        return fault;
    }

    private ProtocolError? WriteArray(int index, int end)
    {
        Write("["u8);
        for (var item = index + 1; item < end; item = source.Tokens[item].Next)
        {
            if (item > index + 1) Write(","u8);
            if (WriteValue(item) is { } fault) return fault;
        }

        Write("]"u8);
        return null;
    }

    private ProtocolError? WriteObject(int index, int end)
    {
        Write("{"u8);
        var first = _memberCount;
        for (var name = index + 1; name < end; name = source.Tokens[name + 1].Next) _members[_memberCount++] = name;
        var count = _memberCount - first;
        Sort(_members.AsSpan(first, count));
        for (var i = 0; i < count; i++)
        {
            var name = _members[first + i];
            var text = source.Text(source.Tokens[name]);
            if (i + 1 < count && text.SequenceEqual(source.Text(source.Tokens[_members[first + i + 1]])))
            {
                if (!lastMemberWins) return CanonicalFaults.DuplicateMember(Encoding.UTF8.GetString(text));
                continue;
            }

            if (_utf8[_length - 1] != '{') Write(","u8);
            var start = _length;
            WriteString(text);
            _entries[_entryCount++] = new CanonicalEntry(JsonTokenType.PropertyName, start + 1, _length - 1, _entryCount);
            Write(":"u8);
            if (WriteValue(name + 1) is { } fault) return fault;
        }

        _memberCount = first;
        Write("}"u8);
        return null;
    }

    private void Sort(Span<int> names)
    {
        if (names.Length > 24)
        {
            names.Sort(Compare);
            return;
        }

        for (var i = 1; i < names.Length; i++)
        {
            var name = names[i];
            var at = i;
            for (; at > 0 && Compare(names[at - 1], name) > 0; at--) names[at] = names[at - 1];
            names[at] = name;
        }
    }

    /// <summary>By the form's order; equal names in the order in which they came.</summary>
    private int Compare(int left, int right)
    {
        var a = source.Text(source.Tokens[left]);
        var b = source.Text(source.Tokens[right]);
        var common = a.CommonPrefixLength(b);
        if (common == a.Length || common == b.Length) return a.Length != b.Length ? a.Length - b.Length : left - right;
        if (form == CanonicalForm.Python) return a[common] - b[common];
        return Utf16Rank(a[common]) - Utf16Rank(b[common]);
    }

    /// <summary>
    /// UTF-8 bytes sort as code points do. In UTF-16 what is beyond U+FFFF (first byte F0 and up) is written with
    /// D800–DFFF and so comes before U+E000–U+FFFF (first byte EE and EF).
    /// </summary>
    private static int Utf16Rank(byte b) => b is 0xEE or 0xEF ? b + 0x20 : b;

    private void WriteNumber(in JsonSource.Token token)
    {
        var digits = source.Text(token);
        if (form == CanonicalForm.JavaScript) Write(digits);
        else if (token.IsInteger) Write(digits.SequenceEqual("-0"u8) ? "0"u8 : digits);
        else _length += PythonFloat.Write(digits, Room(PythonFloat.MaxLength));
    }

    private void WriteString(ReadOnlySpan<byte> text)
    {
        Write("\""u8);
        while (true)
        {
            var plain = text.IndexOfAny(s_escaped);
            if (plain < 0) break;
            Write(text[..plain]);
            WriteEscape(text[plain]);
            text = text[(plain + 1)..];
        }

        Write(text);
        Write("\""u8);
    }

    private void WriteEscape(byte character)
    {
        var room = Room(6);
        room[0] = (byte)'\\';
        room[1] = JsonText.ShortEscape(character);
        if (room[1] != 0)
        {
            _length += 2;
            return;
        }

        "u00"u8.CopyTo(room[1..]);
        var digits = form == CanonicalForm.Python ? "0123456789ABCDEF"u8 : "0123456789abcdef"u8;
        room[4] = digits[character >> 4];
        room[5] = digits[character & 15];
        _length += 6;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _length += bytes.Length;
    }

    private Span<byte> Room(int length)
    {
        if (_utf8.Length - _length < length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_utf8.Length * 2, _length + length));
            Utf8.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_utf8);
            _utf8 = larger;
        }

        return _utf8.AsSpan(_length);
    }
}
