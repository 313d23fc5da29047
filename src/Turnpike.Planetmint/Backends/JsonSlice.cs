using System.Text.Json;

namespace Turnpike.Planetmint.Backends;

/// <summary>
/// A JSON value as the exact bytes that came, without white space around it. Members and items are found by scanning, each scan
/// once over the value: answers are a few levels deep. What does not fit throws <see cref="JsonException"/>.
/// </summary>
internal readonly struct JsonSlice
{
    // Transactions may be nested 128 deep (planetmint.md, 4.2), and answers wrap them.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 192 };

    private JsonSlice(ReadOnlyMemory<byte> utf8, JsonTokenType kind)
    {
        Utf8 = utf8;
        Kind = kind;
    }

    /// <summary>The value's bytes.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>How the value begins.</summary>
    public JsonTokenType Kind { get; }

    /// <summary>True for <c>null</c>, and for a member that <see cref="Member"/> did not find.</summary>
    public bool IsNull => Kind is JsonTokenType.Null or JsonTokenType.None;

    /// <summary>Takes the one value that a body holds; nothing but white space may stand around it.</summary>
    public static JsonSlice Parse(ReadOnlyMemory<byte> body)
    {
        var json = new Utf8JsonReader(body.Span, Options);
        json.Read();
        var slice = Take(ref json, body);
        if (json.Read()) throw new JsonException("More than one value");
        return slice;
    }

    /// <summary>The first member of that name.</summary>
    /// <returns>A slice that <see cref="IsNull"/> if there is none or this is null.</returns>
    public JsonSlice Member(ReadOnlySpan<byte> name)
    {
        if (IsNull) return default;
        if (Kind != JsonTokenType.StartObject) throw new JsonException("Not an object");
        var json = new Utf8JsonReader(Utf8.Span, Options);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var found = Is(ref json, name);
            json.Read();
            if (found) return Take(ref json, Utf8);
            json.Skip();
        }

        return default;
    }

    /// <summary>The items of an array; none if this is null.</summary>
    public IReadOnlyList<JsonSlice> Items()
    {
        if (IsNull) return [];
        if (Kind != JsonTokenType.StartArray) throw new JsonException("Not an array");
        var items = new List<JsonSlice>();
        var json = new Utf8JsonReader(Utf8.Span, Options);
        json.Read();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray) items.Add(Take(ref json, Utf8));
        return items;
    }

    /// <summary>A string's text.</summary>
    public string Text()
    {
        var json = Reader(JsonTokenType.String);
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException e) // not UTF-8, or half a surrogate pair
        {
            throw new JsonException("Not text", e);
        }
    }

    /// <summary>A string's bytes, base64 with padding.</summary>
    public byte[] Base64()
    {
        var json = Reader(JsonTokenType.String);
        return json.TryGetBytesFromBase64(out var bytes) ? bytes : throw new JsonException("Not base64");
    }

    /// <summary>An integer, as a number or, as CometBFT writes 64 bits, as a string.</summary>
    public long Integer()
    {
        if (Kind == JsonTokenType.String)
            return long.TryParse(Text(), null, out var value) ? value : throw new JsonException("Not an integer");
        var json = Reader(JsonTokenType.Number);
        return json.TryGetInt64(out var number) ? number : throw new JsonException("Not an integer");
    }

    private static bool Is(ref Utf8JsonReader json, ReadOnlySpan<byte> name)
    {
        try
        {
            return json.ValueTextEquals(name);
        }
        catch (InvalidOperationException e) // not UTF-8, or half a surrogate pair
        {
            throw new JsonException("Not a name", e);
        }
    }

    private Utf8JsonReader Reader(JsonTokenType kind)
    {
        if (Kind != kind) throw new JsonException($"Not a {kind}");
        var json = new Utf8JsonReader(Utf8.Span, Options);
        json.Read();
        return json;
    }

    private static JsonSlice Take(ref Utf8JsonReader json, ReadOnlyMemory<byte> whole)
    {
        var kind = json.TokenType;
        var start = (int)json.TokenStartIndex;
        json.Skip();
        return new JsonSlice(whole[start..(int)json.BytesConsumed], kind);
    }
}
