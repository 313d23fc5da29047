using System.Buffers;
using System.Text;
using System.Text.Json;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Wire;

/// <summary>A frame of the draft dialect: a subscription, or its end.</summary>
public abstract record DraftRequest
{
    private DraftRequest() { }

    /// <summary><c>["REQ", id, command, params]</c>.</summary>
    /// <param name="Subscription">What it asks for.</param>
    public sealed record Req(SubscriptionRequest Subscription) : DraftRequest;

    /// <summary><c>["CLOSE", id]</c>; an unknown id is ignored.</summary>
    /// <param name="Id">The req id.</param>
    public sealed record Close(string Id) : DraftRequest;
}

/// <summary>The draft WebSocket dialect.</summary>
/// <remarks>docs/specs/cashu.md 2. Vectors: tests/vectors/cashu/frames.json, draft.</remarks>
public static class DraftFrames
{
    /// <summary>Reads a frame.</summary>
    /// <param name="frame">The frame; kept nowhere.</param>
    /// <param name="limits">What a subscription may take.</param>
    /// <returns>The request; or an error whose message is the text of the NOTICE.</returns>
    public static Result<DraftRequest> Read(ReadOnlyMemory<byte> frame, LimitOptions limits)
    {
        var json = new JsonInput(frame);
        if (!json.Array("The frame") || !json.Text("The first element", out var word)) return Invalid(null, json.Fault);
        if (word is not ("REQ" or "CLOSE")) return Invalid(null, "expected REQ or CLOSE");
        if (!json.Text("The id", out var id)) return Invalid(null, json.Fault);
        if (!Subscriptions.IsId(id)) return Invalid(null, $"The id must have 1 to {Subscriptions.MaxIdBytes} bytes");
        if (word == "CLOSE") return Finish(ref json) ? new DraftRequest.Close(id) : Invalid(id, json.Fault);

        if (!json.Text("The command", out var command)) return Invalid(id, json.Fault);
        if (Kind(command) is not { } kind) return Invalid(id, $"unknown command: {Cut(command)}");
        if (!ReadParams(ref json, kind, id, limits, out var request)) return Refused(id, json.Fault);
        return Finish(ref json) ? new DraftRequest.Req(request!) : Invalid(id, json.Fault);
    }

    /// <summary>The text of a NOTICE.</summary>
    /// <param name="kind"><c>invalid</c>, <c>unknown</c>, <c>limit</c>, <c>error</c>, <c>closing</c>.</param>
    /// <param name="id">The req id, where one is known.</param>
    /// <param name="detail">For people.</param>
    public static string NoticeText(string kind, string? id, string detail) =>
        id is null ? $"{kind}: {detail}" : $"{kind} [{id}]: {detail}";

    /// <summary>Writes a NOTICE.</summary>
    /// <param name="output">Takes the frame.</param>
    /// <param name="text">Its text.</param>
    public static void WriteNotice(IBufferWriter<byte> output, string text)
    {
        using var to = new JsonOutput(output);
        to.Json.WriteStartArray();
        to.Json.WriteStringValue("NOTICE"u8);
        to.Json.WriteStringValue(text);
        to.Json.WriteEndArray();
    }

    /// <summary>What stands before the data of each RES of a subscription; after it comes <see cref="Suffix"/>.</summary>
    /// <param name="id">The req id.</param>
    public static byte[] Prefix(string id)
    {
        using var to = new JsonOutput();
        to.Json.WriteStringValue(id);
        return [.. "[\"RES\","u8, .. to.Written, (byte)','];
    }

    /// <summary>What stands after the data of a RES.</summary>
    public static ReadOnlySpan<byte> Suffix => "]"u8;

    /// <summary>Writes the data of a mint quote: the seed's members, then ours.</summary>
    /// <param name="output">Takes the object.</param>
    /// <param name="quote">The quote.</param>
    public static void WriteMintQuote(IBufferWriter<byte> output, MintQuote quote) => WriteMintQuote(
        output, quote.Id.Value, quote.Request, MintMessages.Text(quote.State), quote.Expiry, quote.Amount, quote.Unit);

    /// <summary>Writes the data of a mint quote of which no more is at hand than its members.</summary>
    internal static void WriteMintQuote(
        IBufferWriter<byte> output, string quote, string request, string state, long? expiry, ulong amount, string unit)
    {
        using var to = new JsonOutput(output);
        to.Json.WriteStartObject();
        to.Json.WriteString("quote"u8, quote);
        to.Json.WriteString("quote_id"u8, quote);
        to.Json.WriteString("request"u8, request);
        to.Json.WriteBoolean("paid"u8, state != MintMessages.Text(MintQuoteState.Unpaid));
        to.Json.WriteNumberOrNull("expiry"u8, expiry);
        to.Json.WriteString("state"u8, state);
        to.Json.WriteNumber("amount"u8, amount);
        to.Json.WriteString("unit"u8, unit);
        to.Json.WriteEndObject();
    }

    /// <summary>Writes the data of a melt quote of which the body of its GET is at hand.</summary>
    internal static void WriteMeltQuote(IBufferWriter<byte> output, ReadOnlySpan<byte> body, string quote, bool isPaid)
    {
        output.Write(body[..^1]);
        output.Write(",\"quote_id\":\""u8);
        output.Write(JsonEncodedText.Encode(quote).EncodedUtf8Bytes);
        output.Write(isPaid ? "\",\"paid\":true}"u8 : "\",\"paid\":false}"u8);
    }

    /// <summary>Writes the data of a melt quote: the body of its GET, <c>quote_id</c> and <c>paid</c>.</summary>
    /// <param name="output">Takes the object.</param>
    /// <param name="quote">The quote.</param>
    /// <param name="change">As in its GET.</param>
    public static void WriteMeltQuote(IBufferWriter<byte> output, MeltQuote quote, IReadOnlyList<BlindSignature>? change)
    {
        using var to = new JsonOutput(output);
        to.Json.WriteStartObject();
        MeltMessages.WriteMembers(to.Json, quote, change);
        to.Json.WriteString("quote_id"u8, quote.Id.Value);
        to.Json.WriteBoolean("paid"u8, quote.State == MeltQuoteState.Paid);
        to.Json.WriteEndObject();
    }

    private static SubscriptionKind? Kind(string command) => command switch
    {
        "check_quote" => SubscriptionKind.MintQuote,
        "check_melt_quote" => SubscriptionKind.MeltQuote,
        "check_proof" => SubscriptionKind.Proof,
        _ => null,
    };

    /// <summary>Params are an object, or a string that holds the JSON of one.</summary>
    private static bool ReadParams(
        ref JsonInput json, SubscriptionKind kind, string id, LimitOptions limits, out SubscriptionRequest? request)
    {
        request = null;
        if (!json.Read()) return false;
        if (json.Type == JsonTokenType.StartObject) return ReadMembers(ref json, kind, id, limits, out request);
        if (!json.TakeOptionalText("params", out var text) || text is null) return json.Fail("params must be an object");
        var inner = new JsonInput(Encoding.UTF8.GetBytes(text));
        return (inner.Object("params") && ReadMembers(ref inner, kind, id, limits, out request) && inner.End())
            || json.Fail(inner.Fault ?? "params must be an object");
    }

    private static bool ReadMembers(
        ref JsonInput json, SubscriptionKind kind, string id, LimitOptions limits, out SubscriptionRequest? request)
    {
        var name = kind == SubscriptionKind.Proof ? "points" : "ids";
        List<string>? texts = null;
        Since since = default;
        request = null;
        while (json.NextMember())
        {
            var isNamed = kind == SubscriptionKind.Proof ? json.Named("points"u8) : json.Named("ids"u8);
            var isRead = isNamed ? Subscriptions.ReadTexts(ref json, name, limits, out texts)
                : json.Named("since"u8) ? Subscriptions.ReadSince(ref json, out since)
                : json.Skip();
            if (!isRead) return false;
        }

        if (json.Fault is not null) return false;
        if (texts is null) return json.Fail($"{name} are missing");
        return Subscriptions.Create(id, kind, texts, since, out request) is not { } fault || json.Fail(fault);
    }

    /// <summary>More elements than shown are ignored.</summary>
    private static bool Finish(ref JsonInput json)
    {
        while (json.Read() && json.Type != JsonTokenType.EndArray)
        {
            if (!json.Skip()) return false;
        }

        return json.End();
    }

    private static ProtocolError Invalid(string? id, string? detail) =>
        new(0, "invalid", NoticeText("invalid", id, detail ?? "the frame is not understood"));

    private static ProtocolError Refused(string id, string? fault) =>
        fault is not null && fault.StartsWith(Subscriptions.TooMany, StringComparison.Ordinal)
            ? new ProtocolError(0, "limit", NoticeText("limit", id, fault))
            : Invalid(id, fault);

    /// <summary>What a client sent is not sent back at any length.</summary>
    private static string Cut(string text) => text.Length <= 100 ? text : string.Concat(text.AsSpan(0, 100), "…");
}
