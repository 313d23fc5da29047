using System.Text;
using System.Text.Json;

namespace Turnpike.Kernel.Encodings;

/// <summary>One token of the canonical text.</summary>
/// <param name="Type">Property names have an entry of their own, before their value's.</param>
/// <param name="Start">Where it starts in the text; of strings and names the byte after the quote.</param>
/// <param name="End">Where it ends, likewise before the quote.</param>
/// <param name="Next">Index of the entry after this one and all within it.</param>
internal record struct CanonicalEntry(JsonTokenType Type, int Start, int End, int Next);

/// <summary>
/// A value within a <see cref="CanonicalDocument"/>; members come in the canonical order. The default is a null of no document.
/// </summary>
public readonly struct CanonicalNode
{
    private readonly CanonicalDocument? _document;
    private readonly int _index;

    internal CanonicalNode(CanonicalDocument document, int index)
    {
        _document = document;
        _index = index;
    }

    /// <summary>What kind of value.</summary>
    public JsonValueKind Kind => Entry.Type switch
    {
        JsonTokenType.StartObject => JsonValueKind.Object,
        JsonTokenType.StartArray => JsonValueKind.Array,
        JsonTokenType.String or JsonTokenType.PropertyName => JsonValueKind.String,
        JsonTokenType.Number => JsonValueKind.Number,
        JsonTokenType.True => JsonValueKind.True,
        JsonTokenType.False => JsonValueKind.False,
        _ => JsonValueKind.Null,
    };

    /// <summary>Where <see cref="Json"/> starts in the document's text.</summary>
    public int Start => Entry.Start - Quote;

    /// <summary>Where <see cref="Json"/> ends in the document's text.</summary>
    public int End => Entry.End + Quote;

    /// <summary>The canonical text of this value, of a string with its quotes.</summary>
    public ReadOnlySpan<byte> Json => _document is null ? "null"u8 : _document.Utf8[Start..End];

    /// <summary>The text between a string's quotes, still escaped; a number's digits.</summary>
    public ReadOnlySpan<byte> Text => _document is null ? [] : _document.Utf8[Entry.Start..Entry.End];

    /// <summary>How many members or items; walks them. 0 for other kinds.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            if (Kind == JsonValueKind.Object) foreach (var _ in Members) count++;
            else if (Kind == JsonValueKind.Array) foreach (var _ in Items) count++;
            return count;
        }
    }

    /// <summary>The items of an array; of any other kind nothing.</summary>
    public ItemList Items => new(_document, _index, Entry.Type == JsonTokenType.StartArray ? Entry.Next : _index);

    /// <summary>The members of an object; of any other kind nothing.</summary>
    public MemberList Members => new(_document, _index, Entry.Type == JsonTokenType.StartObject ? Entry.Next : _index);

    private CanonicalEntry Entry => _document is null ? default : _document.Entries[_index];

    private int Quote => Entry.Type is JsonTokenType.String or JsonTokenType.PropertyName ? 1 : 0;

    /// <summary>True if this is a string with just this text.</summary>
    /// <param name="utf8">Text without a character that is escaped.</param>
    public bool IsText(ReadOnlySpan<byte> utf8) => Entry.Type == JsonTokenType.String && Text.SequenceEqual(utf8);

    /// <summary>Finds a member by its name.</summary>
    /// <param name="name">A name without a character that is escaped.</param>
    /// <param name="value">The member's value.</param>
    /// <returns>False if there is none, or if this is no object.</returns>
    public bool TryGetMember(ReadOnlySpan<byte> name, out CanonicalNode value)
    {
        foreach (var member in Members)
        {
            if (!member.Name.Text.SequenceEqual(name)) continue;
            value = member.Value;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>A string's text, unescaped; a number's digits.</summary>
    public string GetString()
    {
        var text = Text;
        if (!text.Contains((byte)'\\')) return Encoding.UTF8.GetString(text);
        var plain = new byte[text.Length];
        JsonText.TryUnescape(text, plain, out var length, out _);
        return Encoding.UTF8.GetString(plain.AsSpan(0, length));
    }

    /// <summary>A member of an object.</summary>
    /// <param name="Name">Its name, a string.</param>
    /// <param name="Value">Its value.</param>
    public readonly record struct Member(CanonicalNode Name, CanonicalNode Value);

    /// <summary>Walks the items of an array.</summary>
    public struct ItemList
    {
        private readonly CanonicalDocument? _document;
        private readonly int _end;
        private int _next;

        internal ItemList(CanonicalDocument? document, int index, int end)
        {
            (_document, _next, _end) = (document, index + 1, end);
            Current = default;
        }

        /// <summary>The item.</summary>
        public CanonicalNode Current { get; private set; }

        /// <summary>For <c>foreach</c>.</summary>
        public readonly ItemList GetEnumerator() => this;

        /// <summary>Goes to the next item.</summary>
        public bool MoveNext()
        {
            if (_next >= _end) return false;
            Current = new CanonicalNode(_document!, _next);
            _next = _document!.Entries[_next].Next;
            return true;
        }
    }

    /// <summary>Walks the members of an object, in canonical order.</summary>
    public struct MemberList
    {
        private readonly CanonicalDocument? _document;
        private readonly int _end;
        private int _next;

        internal MemberList(CanonicalDocument? document, int index, int end)
        {
            (_document, _next, _end) = (document, index + 1, end);
            Current = default;
        }

        /// <summary>The member.</summary>
        public Member Current { get; private set; }

        /// <summary>For <c>foreach</c>.</summary>
        public readonly MemberList GetEnumerator() => this;

        /// <summary>Goes to the next member.</summary>
        public bool MoveNext()
        {
            if (_next >= _end) return false;
            Current = new Member(new CanonicalNode(_document!, _next), new CanonicalNode(_document!, _next + 1));
            _next = _document!.Entries[_next + 1].Next;
            return true;
        }
    }
}
