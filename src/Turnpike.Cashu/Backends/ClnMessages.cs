using System.Text.Json.Serialization;

namespace Turnpike.Cashu.Backends;

// CLN's JSON-RPC over REST: each call is a POST of its parameters. Only what is asked or read. docs/specs/cashu.md 9.4.

/// <summary>A failed call.</summary>
internal sealed record ClnError(int? Code = null, string? Message = null);

/// <summary>invoice.</summary>
internal sealed record ClnCreate(long AmountMsat, string Label, string Description, long Expiry, string Preimage);

/// <summary>Its answer.</summary>
internal sealed record ClnCreated(string Bolt11);

/// <summary>waitanyinvoice.</summary>
internal sealed record ClnWait(long LastpayIndex, int Timeout);

/// <summary>listinvoices, listpays.</summary>
internal sealed record ClnByHash(string PaymentHash);

/// <summary>An invoice of the node.</summary>
internal sealed record ClnInvoice(string PaymentHash, string Status, long? AmountReceivedMsat = null, long? PayIndex = null);

/// <summary>listinvoices' answer.</summary>
internal sealed record ClnInvoices(IReadOnlyList<ClnInvoice> Invoices);

/// <summary>xpay.</summary>
internal sealed record ClnSend(string Invstring, long Maxfee, int RetryFor, long? AmountMsat);

/// <summary>Its answer.</summary>
internal sealed record ClnSent(string PaymentPreimage, long AmountMsat, long AmountSentMsat);

/// <summary>A payment that the node made, or tried to: listpays.</summary>
internal sealed record ClnPayment(
    string Status, long CreatedIndex, string? Preimage = null, long? AmountMsat = null, long? AmountSentMsat = null);

/// <summary>listpays' answer.</summary>
internal sealed record ClnPayments(IReadOnlyList<ClnPayment> Pays);

/// <summary>delinvoice.</summary>
internal sealed record ClnDelete(string Label, string Status);

/// <summary>getinfo.</summary>
internal sealed record ClnInfo(string Id, string Network);

/// <summary>listpeerchannels' answer.</summary>
internal sealed record ClnChannels(IReadOnlyList<ClnChannel> Channels);

/// <summary>A channel.</summary>
internal sealed record ClnChannel(string State, long? SpendableMsat = null);

/// <summary>Parameters of a call that has none.</summary>
internal sealed record ClnNothing;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    NumberHandling = JsonNumberHandling.AllowReadingFromString, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClnError))]
[JsonSerializable(typeof(ClnCreate))]
[JsonSerializable(typeof(ClnCreated))]
[JsonSerializable(typeof(ClnWait))]
[JsonSerializable(typeof(ClnByHash))]
[JsonSerializable(typeof(ClnInvoice))]
[JsonSerializable(typeof(ClnInvoices))]
[JsonSerializable(typeof(ClnSend))]
[JsonSerializable(typeof(ClnSent))]
[JsonSerializable(typeof(ClnPayments))]
[JsonSerializable(typeof(ClnDelete))]
[JsonSerializable(typeof(ClnInfo))]
[JsonSerializable(typeof(ClnChannels))]
[JsonSerializable(typeof(ClnNothing))]
internal sealed partial class ClnJson : JsonSerializerContext;
