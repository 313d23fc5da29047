using System.Buffers;
using System.Text;
using System.Text.Json;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Wire;

/// <summary>What a JSON-RPC frame asks for.</summary>
public abstract record RpcRequest
{
    private RpcRequest() { }

    /// <summary><c>subscribe</c>.</summary>
    /// <param name="Subscription">What it asks for.</param>
    public sealed record Subscribe(SubscriptionRequest Subscription) : RpcRequest;

    /// <summary><c>unsubscribe</c>.</summary>
    /// <param name="SubId">The subscription.</param>
    public sealed record Unsubscribe(string SubId) : RpcRequest;
}

/// <summary>A JSON-RPC frame that was read: a request or an error.</summary>
/// <param name="Id">The id to echo, as JSON; the text <c>null</c> where none could be read; null (no text) if nothing is answered.</param>
/// <param name="Request">The request, if there is no error.</param>
/// <param name="Error">What is wrong; its code is JSON-RPC's.</param>
public sealed record RpcFrame(string? Id, RpcRequest? Request, ProtocolError? Error);

/// <summary>NUT-17's WebSocket dialect.</summary>
/// <remarks>docs/specs/cashu.md 3. Vectors: tests/vectors/cashu/frames.json, rpc.</remarks>
public static class RpcFrames
{
    private const string NoId = "null";

    /// <summary>The frame is not JSON.</summary>
    public static readonly ProtocolError NotJson = new(-32700, "parse_error", "The frame is not JSON");

    /// <summary>Several requests in one frame.</summary>
    public static readonly ProtocolError Batch = new(-32600, "invalid_request", "Batches are not supported; send one request a frame");

    /// <summary>Our fault.</summary>
    public static readonly ProtocolError Internal = new(-32603, "internal", "Internal error");

    /// <summary>It is JSON, but no request.</summary>
    /// <param name="why">What is wrong.</param>
    public static ProtocolError NotARequest(string why) => new(-32600, "invalid_request", why);

    /// <summary>The params are not what the method wants, or the subscription cannot be.</summary>
    /// <param name="why">What is wrong.</param>
    public static ProtocolError InvalidParams(string why) => new(-32602, "invalid_params", why);

    /// <summary>There is no such method.</summary>
    public static readonly ProtocolError UnknownMethod = new(-32601, "method_not_found", "The methods are subscribe and unsubscribe");

    /// <summary>Too many messages.</summary>
    public static readonly ProtocolError RateLimit = new(-32000, "rate_limit", "Too many messages");

    /// <summary>What stands after the payload of a notification.</summary>
    public static ReadOnlySpan<byte> Suffix => "}}"u8;

    /// <summary>Reads a frame; also one that is in no dialect.</summary>
    /// <param name="frame">The frame; kept nowhere.</param>
    /// <param name="limits">What a subscription may take.</param>
    public static RpcFrame Read(ReadOnlyMemory<byte> frame, LimitOptions limits)
    {
        if (!IsJson(frame)) return new RpcFrame(NoId, null, NotJson);
        var json = new JsonInput(frame);
        json.Read();
        if (json.Type == JsonTokenType.StartArray) return new RpcFrame(NoId, null, Batch);
        if (json.Type != JsonTokenType.StartObject) return new RpcFrame(NoId, null, NotARequest("A request is an object"));

        var envelope = new Envelope();
        while (json.NextMember())
        {
            if (!envelope.TryRead(ref json)) break;
        }

        if (json.Fault is { } fault) return new RpcFrame(envelope.Id ?? NoId, null, NotARequest(fault));
        if (!envelope.IsVersion2) return new RpcFrame(envelope.Id ?? NoId, null, NotARequest("jsonrpc must be \"2.0\""));
        if (envelope.Method is not { } method) return new RpcFrame(envelope.Id ?? NoId, null, NotARequest("method is missing"));
        if (method is not ("subscribe" or "unsubscribe")) return new RpcFrame(envelope.Id, null, UnknownMethod);
        return ReadParams(envelope.Params, method == "subscribe", limits).TryGet(out var request, out var error)
            ? new RpcFrame(envelope.Id, request, null)
            : new RpcFrame(envelope.Id, null, error);
    }

    /// <summary>Writes the answer to a request that was carried out.</summary>
    /// <param name="output">Takes the frame.</param>
    /// <param name="id">The id, as JSON.</param>
    /// <param name="subId">The subscription.</param>
    /// <param name="unknown">Quotes that there are not; none leaves the member out.</param>
    /// <param name="seq">The cursor, where no initial state will carry it; or null.</param>
    public static void WriteResult(IBufferWriter<byte> output, string id, string subId, IReadOnlyList<string> unknown, string? seq = null)
    {
        using var to = new JsonOutput(output);
        to.Json.WriteStartObject();
        to.Json.WriteString("jsonrpc"u8, "2.0"u8);
        to.Json.WriteStartObject("result"u8);
        to.Json.WriteString("status"u8, "OK"u8);
        to.Json.WriteString("subId"u8, subId);
        if (unknown.Count > 0)
        {
            to.Json.WriteStartArray("unknown"u8);
            foreach (var quote in unknown) to.Json.WriteStringValue(quote);
            to.Json.WriteEndArray();
        }

        if (seq is not null) to.Json.WriteString("seq"u8, seq);
        to.Json.WriteEndObject();
        to.Json.WritePropertyName("id"u8);
        to.Json.WriteRawValue(id);
        to.Json.WriteEndObject();
    }

    /// <summary>Writes the answer to a request that was refused.</summary>
    /// <param name="output">Takes the frame.</param>
    /// <param name="id">The id, as JSON.</param>
    /// <param name="error">Why.</param>
    public static void WriteError(IBufferWriter<byte> output, string id, ProtocolError error)
    {
        using var to = new JsonOutput(output);
        to.Json.WriteStartObject();
        to.Json.WriteString("jsonrpc"u8, "2.0"u8);
        to.Json.WriteStartObject("error"u8);
        to.Json.WriteNumber("code"u8, error.Code);
        to.Json.WriteString("message"u8, error.Message);
        to.Json.WriteEndObject();
        to.Json.WritePropertyName("id"u8);
        to.Json.WriteRawValue(id);
        to.Json.WriteEndObject();
    }

    /// <summary>What stands before the payload of each notification of a subscription; after it comes <see cref="Suffix"/>.</summary>
    /// <param name="subId">The subscription.</param>
    public static byte[] Prefix(string subId)
    {
        using var to = new JsonOutput();
        to.Json.WriteStringValue(subId);
        return [.. "{\"jsonrpc\":\"2.0\",\"method\":\"subscribe\",\"params\":{\"subId\":"u8, .. to.Written, .. ",\"payload\":"u8];
    }

    /// <summary>Whether a whole frame is JSON: an error within it is then one of the request.</summary>
    private static bool IsJson(ReadOnlyMemory<byte> frame)
    {
        var json = new JsonInput(frame);
        return json.Read() && json.Skip() && json.End();
    }

    /// <summary>Params are an object, or a string that holds the JSON of one.</summary>
    private static Result<RpcRequest> ReadParams(ReadOnlyMemory<byte> utf8, bool subscribes, LimitOptions limits)
    {
        if (utf8.IsEmpty) return InvalidParams("params are missing");
        if (utf8.Span[0] == '"')
        {
            var outer = new JsonInput(utf8);
            if (!outer.Text("params", out var text)) return InvalidParams(outer.Fault ?? "params are not Unicode text");
            utf8 = Encoding.UTF8.GetBytes(text);
        }

        var json = new JsonInput(utf8);
        if (json.Object("params") && ReadMembers(ref json, subscribes, limits, out var request) && json.End()) return request!;
        return InvalidParams(json.Fault ?? "params must be an object");
    }

    private static bool ReadMembers(ref JsonInput json, bool subscribes, LimitOptions limits, out RpcRequest? request)
    {
        string? subId = null;
        string? kind = null;
        List<string>? filters = null;
        Since since = default;
        request = null;
        while (json.NextMember())
        {
            var isRead = json.Named("subId"u8) ? json.OptionalText("subId", out subId)
                : json.Named("kind"u8) ? json.OptionalText("kind", out kind)
                : subscribes && json.Named("filters"u8) ? Subscriptions.ReadTexts(ref json, "filters", limits, out filters)
                : json.Named("since"u8) ? Subscriptions.ReadSince(ref json, out since)
                : json.Skip();
            if (!isRead) return false;
        }

        if (json.Fault is not null) return false;
        if (!Subscriptions.IsId(subId)) return json.Fail($"subId must be a string of 1 to {Subscriptions.MaxIdBytes} bytes");
        if (!subscribes)
        {
            request = new RpcRequest.Unsubscribe(subId!);
            return true;
        }

        if (Kind(kind) is not { } about) return json.Fail("the kinds are bolt11_mint_quote, bolt11_melt_quote and proof_state");
        if (filters is null) return json.Fail("filters are missing");
        if (Subscriptions.Create(subId!, about, filters, since, out var subscription) is { } fault) return json.Fail(fault);
        request = new RpcRequest.Subscribe(subscription!);
        return true;
    }

    private static SubscriptionKind? Kind(string? name) => name switch
    {
        "bolt11_mint_quote" => SubscriptionKind.MintQuote,
        "bolt11_melt_quote" => SubscriptionKind.MeltQuote,
        "proof_state" => SubscriptionKind.Proof,
        _ => null,
    };

    /// <summary>The members of a request; of one that is there twice the last counts.</summary>
    private struct Envelope()
    {
        public string? Id;
        public string? Method;
        public bool IsVersion2 = true;
        public ReadOnlyMemory<byte> Params;

        public bool TryRead(ref JsonInput json)
        {
            if (json.Named("params"u8)) return json.Raw(out Params);
            if (json.Named("method"u8)) return json.OptionalText("method", out Method);
            if (json.Named("id"u8)) return TryReadId(ref json);
            if (!json.Named("jsonrpc"u8)) return json.Skip();
            if (!json.Raw(out var version)) return false;
            IsVersion2 = version.Span.SequenceEqual("\"2.0\""u8);
            return true;
        }

        private bool TryReadId(ref JsonInput json)
        {
            if (!json.Raw(out var raw)) return false;
            if (raw.Span[0] is (byte)'{' or (byte)'[' or (byte)'t' or (byte)'f') return json.Fail("id must be a number or a string");
            Id = Encoding.UTF8.GetString(raw.Span);
            return true;
        }
    }
}
