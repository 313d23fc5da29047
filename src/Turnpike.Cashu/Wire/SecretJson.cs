using System.Text.Json;
using System.Text.Unicode;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cashu.Wire;

/// <summary>A secret: <c>[kind, {"nonce", "data", "tags"?}]</c> of a known kind is a condition, all else ordinary.</summary>
/// <remarks>docs/specs/cashu.md 6 (NUT-10).</remarks>
public static class SecretJson
{
    // Deeper than any secret is long: what other parsers take for a condition must not be ordinary here.
    private static readonly JsonReaderOptions s_options = new() { MaxDepth = 65_536 };

    /// <summary>Reads a secret. Nothing in it is an error here: a malformed condition is a secret that can never be spent.</summary>
    /// <param name="utf8">The secret's text, unescaped; kept, not copied.</param>
    public static Secret Parse(ReadOnlyMemory<byte> utf8)
    {
        // Nearly all secrets are 64 digits.
        var text = utf8.Span.TrimStart(" \t\r\n"u8);
        if (text.IsEmpty || text[0] != '[' || !Utf8.IsValid(text)) return new Secret(utf8);
        var json = new Utf8JsonReader(utf8.Span, s_options);
        try
        {
            if (!TryReadShape(ref json, out var said)) return new Secret(utf8);
            var fault = said.Fault ?? SpendingCondition.Create(said.Kind, said.Data, said.Tags, out said.Condition);
            return new Secret(utf8, said.Condition, fault);
        }
        catch (JsonException)
        {
            return new Secret(utf8);
        }
    }

    private static bool TryReadShape(ref Utf8JsonReader json, out Said said)
    {
        said = new Said();
        if (!json.TryRead(JsonTokenType.StartArray) || !json.TryReadString(out var kind) || !SpendingCondition.IsKnown(kind)) return false;
        said.Kind = kind;
        if (!json.TryRead(JsonTokenType.StartObject)) return false;
        string? nonce = null;
        string? data = null;
        var hasTags = false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.IsText("nonce"u8))
            {
                if (nonce is not null) said.Fault ??= "nonce is there twice";
                if (!json.TryReadString(out nonce)) return false;
            }
            else if (json.IsText("data"u8))
            {
                if (data is not null) said.Fault ??= "data is there twice";
                if (!json.TryReadString(out data)) return false;
            }
            else if (json.IsText("tags"u8))
            {
                if (hasTags) said.Fault ??= "tags are there twice";
                hasTags = true;
                json.Read();
                ReadTags(ref json, ref said);
            }
            else
            {
                json.Skip();
            }
        }

        said.Data = data ?? "";
        return nonce is not null && data is not null && json.TryReadLast(JsonTokenType.EndArray);
    }

    private static void ReadTags(ref Utf8JsonReader json, ref Said said)
    {
        if (json.TokenType == JsonTokenType.Null) return;
        if (json.TokenType != JsonTokenType.StartArray)
        {
            said.Fault ??= "tags are no array";
            json.Skip();
            return;
        }

        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.StartArray)
            {
                said.Tags.Add(ReadTag(ref json, ref said));
                continue;
            }

            said.Fault ??= "a tag is no array";
            json.Skip();
        }
    }

    private static List<string> ReadTag(ref Utf8JsonReader json, ref Said said)
    {
        var tag = new List<string>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TryGetText(out var element))
            {
                tag.Add(element);
                continue;
            }

            said.Fault ??= "a tag has an element that is no string";
            json.Skip();
        }

        return tag;
    }

    private struct Said()
    {
        public string Kind = "";
        public string Data = "";
        public readonly List<List<string>> Tags = [];
        public string? Fault;
        public SpendingCondition? Condition;
    }
}
