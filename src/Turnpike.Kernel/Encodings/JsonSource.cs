using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Turnpike.Kernel.Encodings;

/// <summary>JSON text as a flat list of tokens, in the order in which they came.</summary>
internal sealed class JsonSource : IDisposable
{
    private static readonly JsonReaderOptions s_options = new() { MaxDepth = CanonicalDocument.MaxDepth };

    private readonly ReadOnlyMemory<byte> _utf8;
    private Token[] _tokens;
    private int _count;
    private byte[] _plain = [];
    private int _plainLength;

    private JsonSource(ReadOnlyMemory<byte> utf8)
    {
        _utf8 = utf8;
        _tokens = ArrayPool<Token>.Shared.Rent(Math.Max(64, utf8.Length / 12));
    }

    /// <summary>The tokens; the first is the value that the text is.</summary>
    public ReadOnlySpan<Token> Tokens => _tokens.AsSpan(0, _count);

    /// <summary>True if the two canonical forms of this text could differ.</summary>
    public bool FormsMayDiffer { get; private set; }

    /// <summary>A string's text without escapes, or a number's digits.</summary>
    public ReadOnlySpan<byte> Text(in Token token) =>
        token.IsUnescaped ? _plain.AsSpan(token.Start, token.Length) : _utf8.Span.Slice(token.Start, token.Length);

    public static Result<JsonSource> Parse(ReadOnlyMemory<byte> utf8)
    {
        if (!Utf8.IsValid(utf8.Span)) return CanonicalFaults.NotUtf8;
        var source = new JsonSource(utf8);
        ProtocolError? fault;
        try
        {
            fault = source.ReadAll();
        }
        catch (JsonException e)
        {
            fault = CanonicalFaults.Malformed(e.LineNumber ?? 0, e.BytePositionInLine ?? 0);
        }

        if (fault is null) return source;
        source.Dispose();
        return fault;
    }

    public void Dispose()
    {
        if (_tokens.Length > 0) ArrayPool<Token>.Shared.Return(_tokens);
        if (_plain.Length > 0) ArrayPool<byte>.Shared.Return(_plain);
        (_tokens, _plain, _count) = ([], [], 0);
    }

    private ProtocolError? ReadAll()
    {
        Span<int> open = stackalloc int[CanonicalDocument.MaxDepth];
        var depth = 0;
        var json = new Utf8JsonReader(_utf8.Span, s_options);
        while (json.Read())
        {
            switch (json.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open[depth++] = _count;
                    Add(new Token { Type = json.TokenType });
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    _tokens[open[--depth]].Next = _count;
                    break;
                case JsonTokenType.String or JsonTokenType.PropertyName:
                    if (!TryAddString(ref json)) return CanonicalFaults.LoneSurrogate;
                    break;
                case JsonTokenType.Number:
                    if (!TryAddNumber(ref json)) return CanonicalFaults.NumberOutOfRange;
                    break;
                default:
                    Add(new Token { Type = json.TokenType });
                    break;
            }
        }

        return null;
    }

    private void Add(Token token)
    {
        if (_count == _tokens.Length)
        {
            var larger = ArrayPool<Token>.Shared.Rent(_count * 2);
            _tokens.AsSpan().CopyTo(larger);
            ArrayPool<Token>.Shared.Return(_tokens);
            _tokens = larger;
        }

        token.Next = _count + 1;
        _tokens[_count++] = token;
    }

    private bool TryAddString(ref Utf8JsonReader json)
    {
        var text = json.ValueSpan;
        var token = new Token { Type = json.TokenType, Start = (int)json.TokenStartIndex + 1, Length = text.Length };
        if (json.ValueIsEscaped)
        {
            // No text without escapes is longer than the text with them, so one buffer of the source's length is enough for all.
            if (_plain.Length == 0) _plain = ArrayPool<byte>.Shared.Rent(_utf8.Length);
            if (!JsonText.TryUnescape(text, _plain.AsSpan(_plainLength), out var length, out var control)) return false;
            token = token with { Start = _plainLength, Length = length, IsUnescaped = true };
            _plainLength += length;
            FormsMayDiffer |= control;
        }

        if (token.Type == JsonTokenType.PropertyName) FormsMayDiffer |= Text(token).ContainsAnyInRange((byte)0xF0, (byte)0xFF);
        Add(token);
        return true;
    }

    private bool TryAddNumber(ref Utf8JsonReader json)
    {
        var digits = json.ValueSpan;
        var isInteger = !digits.ContainsAny((byte)'.', (byte)'e', (byte)'E');
        if (!isInteger || digits.Length > 308)
        {
            if (!Utf8Parser.TryParse(digits, out double value, out var used) || used != digits.Length
                || !double.IsFinite(value)) return false;
        }

        FormsMayDiffer |= !isInteger || digits.SequenceEqual("-0"u8);
        Add(new Token { Type = JsonTokenType.Number, Start = (int)json.TokenStartIndex, Length = digits.Length, IsInteger = isInteger });
        return true;
    }

    /// <summary>One token. <see cref="Next"/> is the index of the token after it and all within it.</summary>
    internal record struct Token
    {
        public JsonTokenType Type;
        public bool IsUnescaped;
        public bool IsInteger;
        public int Start;
        public int Length;
        public int Next;
    }
}
