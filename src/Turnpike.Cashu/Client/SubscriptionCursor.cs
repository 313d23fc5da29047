using System.Text.Json;

namespace Turnpike.Cashu.Client;

/// <summary>One subscription and how far it was read.</summary>
/// <remarks>docs/specs/cashu.md 3.1, 3.2 and 3.5.</remarks>
internal sealed class SubscriptionCursor(string kind, IReadOnlyList<string> filters, string? since)
{
    private const string SubId = "1";
    private HashSet<string> _awaited = [];
    private bool _isConfirmed;

    /// <summary>The last cursor that the mint gave.</summary>
    public string? Since { get; private set; } = since;

    /// <summary>
    /// The request that makes a new socket go on here. Without cursor the current states come first, one for each object.
    /// </summary>
    public byte[] Request()
    {
        _isConfirmed = false;
        _awaited = Since is null ? [.. filters] : [];
        return CashuClient.Body(json =>
        {
            json.WriteString("jsonrpc"u8, "2.0"u8);
            json.WriteNumber("id"u8, 1);
            json.WriteString("method"u8, "subscribe"u8);
            json.WriteStartObject("params"u8);
            json.WriteString("kind"u8, kind);
            json.WriteString("subId"u8, SubId);
            json.WriteStartArray("filters"u8);
            foreach (var filter in filters) json.WriteStringValue(filter);
            json.WriteEndArray();
            json.WriteString("since"u8, Since);
            json.WriteEndObject();
        });
    }

    /// <summary>Takes a frame.</summary>
    /// <returns>What it tells; null for one that tells nothing.</returns>
    /// <exception cref="CashuClientException">The mint refuses the subscription, or sent what is no frame.</exception>
    public SubscriptionPayload? Take(ReadOnlyMemory<byte> utf8)
    {
        JsonElement frame;
        try
        {
            using var document = JsonDocument.Parse(utf8);
            frame = document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new CashuClientException("The mint sent a frame that is not JSON", error);
        }

        if (frame.ValueKind != JsonValueKind.Object) return null;
        if (frame.TryGetProperty("error"u8, out var refusal)) Refused(refusal);
        if (frame.TryGetProperty("result"u8, out var result)) Confirmed(result);
        if (!_isConfirmed || !frame.TryGetProperty("params"u8, out var told) || told.ValueKind != JsonValueKind.Object) return null;
        if (!told.TryGetProperty("payload"u8, out var payload) || payload.ValueKind != JsonValueKind.Object) return null;
        var isGap = payload.TryGetProperty("gap"u8, out var gap) && gap.ValueKind == JsonValueKind.True;
        // The first frame of each object is its current state, unless the mint went on from a cursor.
        var name = NameOf(payload);
        var isCurrent = (name is not null && _awaited.Remove(name)) || isGap;
        Keep(payload);
        return new SubscriptionPayload(payload, isCurrent, isGap);
    }

    private void Confirmed(JsonElement result)
    {
        _isConfirmed = true;
        Keep(result);
    }

    private void Keep(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("seq"u8, out var seq)
            && seq.ValueKind == JsonValueKind.String)
            Since = seq.GetString();
    }

    // Rate limits pass; everything else would be refused again.
    private static void Refused(JsonElement error)
    {
        const int rateLimit = -32000;
        var code = error.ValueKind == JsonValueKind.Object && error.TryGetProperty("code"u8, out var c) && c.TryGetInt32(out var number)
            ? number : 0;
        var text = error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message"u8, out var m)
            ? m.ToString() : "no reason given";
        if (code != rateLimit) throw new CashuClientException($"The mint refuses the subscription with {code}: {text}");
    }

    private string? NameOf(JsonElement payload) =>
        payload.TryGetProperty(kind == "proof_state" ? "Y"u8 : "quote"u8, out var name) && name.ValueKind == JsonValueKind.String
            ? name.GetString()
            : null;
}

/// <summary>What a notification told.</summary>
/// <param name="Json">Its payload.</param>
/// <param name="IsCurrent">Whether it is the state at the time of subscribing rather than a change.</param>
/// <param name="IsGap">Whether changes before it may have been missed.</param>
internal sealed record SubscriptionPayload(JsonElement Json, bool IsCurrent, bool IsGap);
