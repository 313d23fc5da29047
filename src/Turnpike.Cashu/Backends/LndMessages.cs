using System.Text.Json.Serialization;

namespace Turnpike.Cashu.Backends;

// LND's REST interface: 64-bit numbers are strings, bytes are base64. Only what is asked or read. docs/specs/cashu.md 9.3.

/// <summary>A line of a stream, or an error in its place.</summary>
internal sealed record LndLine<T>(T? Result = default, LndError? Error = null, int? Code = null, string? Message = null)
{
    /// <summary>The gRPC code, wherever it stands; null if there is none.</summary>
    public int? ErrorCode => Error?.Code ?? Code;

    /// <summary>What LND says about it.</summary>
    public string? ErrorMessage => Error?.Message ?? Message;
}

/// <summary>A failed call.</summary>
internal sealed record LndError(int? Code = null, string? Message = null);

/// <summary>POST /v1/invoices.</summary>
internal sealed record LndCreate(
    [property: JsonNumberHandling(JsonNumberHandling.WriteAsString)] long ValueMsat, string Memo,
    [property: JsonNumberHandling(JsonNumberHandling.WriteAsString)] long Expiry, bool Private, byte[] RPreimage);

/// <summary>Its answer.</summary>
internal sealed record LndCreated(string PaymentRequest, byte[] RHash);

/// <summary>An invoice of the node.</summary>
internal sealed record LndInvoice(string State, byte[] RHash, long AmtPaidMsat, long SettleIndex);

/// <summary>POST /v2/router/send.</summary>
internal sealed record LndSend(
    string PaymentRequest, [property: JsonNumberHandling(JsonNumberHandling.WriteAsString)] long FeeLimitMsat, int TimeoutSeconds,
    bool NoInflightUpdates, [property: JsonNumberHandling(JsonNumberHandling.WriteAsString)] long? AmtMsat);

/// <summary>A payment of the node.</summary>
internal sealed record LndPayment(
    string Status, long FeeMsat, long PaymentIndex, string? PaymentPreimage = null, string? FailureReason = null);

/// <summary>POST /v2/invoices/cancel.</summary>
internal sealed record LndCancel(byte[] PaymentHash);

/// <summary>GET /v1/getinfo.</summary>
internal sealed record LndInfo(string IdentityPubkey, IReadOnlyList<LndChain> Chains);

/// <summary>A chain that the node follows.</summary>
internal sealed record LndChain(string Network);

/// <summary>GET /v1/balance/channels.</summary>
internal sealed record LndBalance(LndAmount LocalBalance);

/// <summary>An amount.</summary>
internal sealed record LndAmount(long Msat);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    NumberHandling = JsonNumberHandling.AllowReadingFromString, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LndLine<LndInvoice>), TypeInfoPropertyName = "InvoiceLine")]
[JsonSerializable(typeof(LndLine<LndPayment>), TypeInfoPropertyName = "PaymentLine")]
[JsonSerializable(typeof(LndError))]
[JsonSerializable(typeof(LndCreate))]
[JsonSerializable(typeof(LndCreated))]
[JsonSerializable(typeof(LndInvoice))]
[JsonSerializable(typeof(LndSend))]
[JsonSerializable(typeof(LndCancel))]
[JsonSerializable(typeof(LndInfo))]
[JsonSerializable(typeof(LndBalance))]
internal sealed partial class LndJson : JsonSerializerContext;
