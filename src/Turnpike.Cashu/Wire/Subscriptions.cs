using System.Buffers;
using System.Text.Json;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Wire;

/// <summary>How a frame is written, told from its first two tokens.</summary>
public enum FrameDialect
{
    /// <summary>Neither: answered in the dialect of the socket's last frame that had one, JSON-RPC before there was one.</summary>
    None,

    /// <summary>An array that starts with a string.</summary>
    Draft,

    /// <summary>An object, or an array of objects, which is refused.</summary>
    Rpc,
}

/// <summary>What a subscription is about.</summary>
public enum SubscriptionKind
{
    /// <summary><c>check_quote</c>, <c>bolt11_mint_quote</c>.</summary>
    MintQuote,

    /// <summary><c>check_melt_quote</c>, <c>bolt11_melt_quote</c>.</summary>
    MeltQuote,

    /// <summary><c>check_proof</c>, <c>proof_state</c>.</summary>
    Proof,
}

/// <summary>From where on a subscriber wants changes.</summary>
/// <param name="IsAsked">Whether there was a <c>since</c>: then every frame carries <c>seq</c>.</param>
/// <param name="Cursor">The cursor, unread; null for the current state first.</param>
/// <param name="IsUnreadable">It was neither a string nor null: as null, but with a gap.</param>
/// <remarks>docs/specs/cashu.md 3.5.</remarks>
public readonly record struct Since(bool IsAsked, string? Cursor, bool IsUnreadable);

/// <summary>A subscription, in either dialect.</summary>
/// <param name="Id">The draft's req id, JSON-RPC's subId; 1 to 128 bytes.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Quotes">For quotes: which, each once, in request order; they need not exist.</param>
/// <param name="Points">For proofs: which, each once, in request order.</param>
/// <param name="Since">From where on.</param>
public sealed record SubscriptionRequest(
    string Id, SubscriptionKind Kind, IReadOnlyList<QuoteId> Quotes, IReadOnlyList<PublicKey> Points, Since Since);

/// <summary>What both dialects share.</summary>
/// <remarks>docs/specs/cashu.md 2.1 and 3.5.</remarks>
public static class Subscriptions
{
    /// <summary>The most bytes of a subscription's id.</summary>
    public const int MaxIdBytes = 128;

    /// <summary>How the reason of a limit starts.</summary>
    internal const string TooMany = "more than ";

    /// <summary>Tells a frame's dialect.</summary>
    /// <param name="utf8">The frame.</param>
    public static FrameDialect Dialect(ReadOnlySpan<byte> utf8)
    {
        var rest = utf8.TrimStart(" \t\r\n"u8);
        if (rest.IsEmpty) return FrameDialect.None;
        if (rest[0] == '{') return FrameDialect.Rpc;
        if (rest[0] != '[') return FrameDialect.None;
        return rest[1..].TrimStart(" \t\r\n"u8) switch
        {
            [(byte)'"', ..] => FrameDialect.Draft,
            [(byte)'{', ..] => FrameDialect.Rpc,
            _ => FrameDialect.None,
        };
    }

    /// <summary>Writes a payload with the cursor after it.</summary>
    /// <param name="output">Takes the object.</param>
    /// <param name="payload">An object that is not empty.</param>
    /// <param name="seq">The cursor; null leaves it out.</param>
    /// <param name="isGap">Whether changes may have been missed before it.</param>
    public static void WritePayload(IBufferWriter<byte> output, ReadOnlySpan<byte> payload, string? seq, bool isGap)
    {
        output.Write(payload[..^1]);
        if (seq is not null)
        {
            output.Write(",\"seq\":\""u8);
            output.Write(JsonEncodedText.Encode(seq).EncodedUtf8Bytes);
            output.Write("\""u8);
        }

        if (isGap) output.Write(",\"gap\":true"u8);
        output.Write("}"u8);
    }

    internal static bool IsId(string? id) =>
        !string.IsNullOrEmpty(id) && System.Text.Encoding.UTF8.GetByteCount(id) <= MaxIdBytes;

    internal static bool ReadSince(ref JsonInput json, out Since since)
    {
        since = default;
        if (!json.Read()) return false;
        if (json.Type is JsonTokenType.String or JsonTokenType.Null && json.TakeOptionalText("since", out var cursor))
        {
            since = new Since(true, cursor, false);
            return true;
        }

        since = new Since(true, null, true);
        return json.Skip();
    }

    /// <summary>Reads an array of strings.</summary>
    internal static bool ReadTexts(ref JsonInput json, string name, LimitOptions limits, out List<string>? texts)
    {
        texts = [];
        if (!json.Array(name)) return false;
        while (json.Read() && json.Type != JsonTokenType.EndArray)
        {
            if (texts.Count == limits.Filters) return json.Fail($"{TooMany}{limits.Filters} {name}");
            if (!json.TakeOptionalText($"{name}[{texts.Count}]", out var text)) return false;
            if (text is null) return json.Fail($"{name}[{texts.Count}] must be a string");
            texts.Add(text);
        }

        return json.Fault is null;
    }

    /// <summary>Makes a subscription of the texts that name its objects.</summary>
    /// <returns>Null, or what is wrong.</returns>
    internal static string? Create(string id, SubscriptionKind kind, List<string> texts, Since since, out SubscriptionRequest? request)
    {
        request = null;
        var quotes = new List<QuoteId>();
        var points = new List<PublicKey>();
        foreach (var text in texts)
        {
            if (kind != SubscriptionKind.Proof)
            {
                if (!QuoteId.TryParse(text, out var quote)) return $"a quote id has 1 to {QuoteId.MaxBytes} bytes";
                quotes.Add(quote);
            }
            else
            {
                if (text.Length != PointText.Length || !PublicKey.TryParse(text, out var point))
                    return "a point is no compressed point of the curve";
                points.Add(point);
            }
        }

        request = new SubscriptionRequest(id, kind, [.. quotes.Distinct()], [.. points.Distinct()], since);
        return null;
    }
}
