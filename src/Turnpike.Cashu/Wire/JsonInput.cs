using System.Text.Json;
using System.Text.Unicode;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cashu.Wire;

/// <summary>
/// A request's JSON, read once from front to back. Everything answers false when the text is not what it should be, and the first reason is
/// kept; after that nothing is read any more.
/// </summary>
/// <remarks>docs/specs/cashu.md 5: unknown fields are ignored, amounts are integers of 0 to 2^63−1.</remarks>
internal ref struct JsonInput
{
    private readonly ReadOnlyMemory<byte> _body;
    private Utf8JsonReader _json;

    public JsonInput(ReadOnlyMemory<byte> body)
    {
        _body = body;
        _json = new Utf8JsonReader(body.Span);
        if (!Utf8.IsValid(body.Span)) Fault = "The body is not UTF-8";
    }

    /// <summary>Why it was not understood.</summary>
    public string? Fault { get; private set; }

    /// <summary>The error to answer.</summary>
    public readonly ProtocolError Error => CashuErrors.Malformed(Fault ?? "The body is not understood");

    /// <summary>The type of the token just read.</summary>
    public readonly JsonTokenType Type => _json.TokenType;

    /// <summary>Notes why, unless there was a reason before.</summary>
    public bool Fail(string why)
    {
        Fault ??= why;
        return false;
    }

    /// <summary>Reads the next token.</summary>
    public bool Read()
    {
        if (Fault is not null) return false;
        try
        {
            return _json.Read() || Fail("The JSON ends too early");
        }
        catch (JsonException)
        {
            return Fail("The body is not JSON");
        }
    }

    /// <summary>Reads the start of an object.</summary>
    public bool Object(string what) => Read() && (Type == JsonTokenType.StartObject || Fail($"{what} must be an object"));

    /// <summary>Reads the start of an array.</summary>
    public bool Array(string what) => Read() && (Type == JsonTokenType.StartArray || Fail($"{what} must be an array"));

    /// <summary>Goes to the next name of the object; false at its end, or if it is broken.</summary>
    public bool NextMember() => Read() && Type == JsonTokenType.PropertyName;

    /// <summary>Whether the name just read is this one.</summary>
    public bool Named(ReadOnlySpan<byte> name) => _json.IsText(name);

    /// <summary>Passes over the value of the name just read.</summary>
    public bool Skip()
    {
        if (Fault is not null) return false;
        try
        {
            return _json.TrySkip() || Fail("The JSON ends too early");
        }
        catch (JsonException)
        {
            return Fail("The body is not JSON");
        }
    }

    /// <summary>Reads a value of any type, as it stands in the body.</summary>
    public bool Raw(out ReadOnlyMemory<byte> utf8)
    {
        utf8 = default;
        if (!Read()) return false;
        var start = checked((int)_json.TokenStartIndex);
        if (!Skip()) return false;
        utf8 = _body[start..checked((int)_json.BytesConsumed)];
        return true;
    }

    /// <summary>True if all went well and nothing but white space is left.</summary>
    public bool End()
    {
        if (Fault is not null) return false;
        try
        {
            return !_json.Read() || Fail("Something follows after the JSON");
        }
        catch (JsonException)
        {
            return Fail("Something follows after the JSON");
        }
    }

    /// <summary>Reads an amount.</summary>
    public bool Amount(string what, out ulong amount)
    {
        amount = 0;
        return Read() && TakeAmount(what, out amount);
    }

    /// <summary>Takes the token just read as an amount.</summary>
    public bool TakeAmount(string what, out ulong amount)
    {
        amount = 0;
        return (Type == JsonTokenType.Number && _json.TryGetUInt64(out amount) && amount <= Amounts.Max)
            || Fail($"{what} must be an integer from 0 to {Amounts.Max}");
    }

    /// <summary>Reads a string.</summary>
    public bool Text(string what, out string text)
    {
        text = "";
        if (!Read()) return false;
        if (!_json.TryGetText(out var read)) return Fail($"{what} must be a string");
        text = read;
        return true;
    }

    /// <summary>Reads a string or null.</summary>
    public bool OptionalText(string what, out string? text)
    {
        text = null;
        return Read() && TakeOptionalText(what, out text);
    }

    /// <summary>Takes the token just read as a string or null.</summary>
    public bool TakeOptionalText(string what, out string? text)
    {
        text = null;
        return Type == JsonTokenType.Null || _json.TryGetText(out text) || Fail($"{what} must be a string");
    }

    /// <summary>Reads true or false; null is false.</summary>
    public bool Flag(string what, out bool flag)
    {
        flag = false;
        if (!Read()) return false;
        flag = Type == JsonTokenType.True;
        return flag || Type is JsonTokenType.False or JsonTokenType.Null || Fail($"{what} must be true or false");
    }

    /// <summary>Reads a string as UTF-8, unescaped: a piece of the body where it had no escapes.</summary>
    public bool Utf8Text(string what, int maxBytes, out ReadOnlyMemory<byte> utf8)
    {
        utf8 = default;
        if (!Read()) return false;
        if (Type != JsonTokenType.String) return Fail($"{what} must be a string");
        if (!_json.ValueIsEscaped)
        {
            utf8 = _body.Slice(checked((int)_json.TokenStartIndex) + 1, _json.ValueSpan.Length);
        }
        else
        {
            if (!_json.TryGetText(out var text)) return Fail($"{what} must be Unicode text");
            utf8 = System.Text.Encoding.UTF8.GetBytes(text);
        }

        return utf8.Length <= maxBytes || Fail($"{what} has {utf8.Length} bytes; at most {maxBytes} are taken");
    }

    /// <summary>Reads a point's text: 66 hexadecimal digits.</summary>
    public bool Point(string what, out PointText point)
    {
        point = default;
        return Read() && TakePoint(what, out point);
    }

    /// <summary>Takes the token just read as a point's text.</summary>
    public bool TakePoint(string what, out PointText point)
    {
        point = default;
        return (Type == JsonTokenType.String && PointText.TryParse(Unescaped(), out point))
            || Fail($"{what} must be a compressed point: 66 hexadecimal digits that start with 02 or 03");
    }

    /// <summary>Reads a keyset's id. Text that is none of ours is read as the default, which no keyset has.</summary>
    public bool Keyset(string what, out KeysetId id)
    {
        id = default;
        if (!Read()) return false;
        if (Type != JsonTokenType.String) return Fail($"{what} must be a string");
        _ = KeysetId.TryParse(Unescaped(), out id);
        return true;
    }

    /// <summary>Reads a quote's id.</summary>
    public bool Quote(string what, out QuoteId id)
    {
        id = default;
        return Text(what, out var text)
            && (QuoteId.TryParse(text, out id) || Fail($"{what} must have 1 to {QuoteId.MaxBytes} bytes"));
    }

    /// <summary>Reads a string, or an object as its compact JSON; null is null.</summary>
    public bool TextOrObject(string what, out string? text)
    {
        text = null;
        if (!Read()) return false;
        if (Type == JsonTokenType.Null) return true;
        if (Type == JsonTokenType.String) return _json.TryGetText(out text) || Fail($"{what} must be Unicode text");
        if (Type != JsonTokenType.StartObject) return Fail($"{what} must be a string or an object");
        var start = checked((int)_json.TokenStartIndex);
        if (!Skip()) return false;
        text = CompactJson.Of(_body.Span[start..checked((int)_json.BytesConsumed)]);
        return text is not null || Fail($"{what} must be Unicode text");
    }

    /// <summary>The string just read: a piece of the body where it has no escapes; nothing where it is no Unicode text.</summary>
    private readonly ReadOnlySpan<byte> Unescaped()
    {
        if (!_json.ValueIsEscaped) return _json.ValueSpan;
        var json = _json;
        return json.TryGetText(out var text) ? System.Text.Encoding.UTF8.GetBytes(text) : [];
    }
}
