using System.Text.Json;
using System.Text.Json.Serialization;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cashu.Client;

// JSON that others write: texts until they are read into values.

internal sealed record DleqModel(string E, string S, string? R = null);

internal sealed record ProofModel(
    ulong Amount, string Id, string Secret, [property: JsonPropertyName("C")] string C, DleqModel? Dleq = null,
    [property: JsonPropertyName("p2pk_e")] string? P2pkE = null, string? Witness = null)
{
    public static ProofModel Of(OwnedProof proof) => new(
        proof.Amount, proof.Id.ToString(), proof.Secret, proof.C.ToString(),
        proof.Dleq is { } dleq ? new DleqModel(dleq.E.ToString(), dleq.S.ToString(), proof.BlindingFactor?.ToString()) : null,
        proof.EphemeralKey?.ToString(), proof.Witness);

    /// <summary>The proof, or null if a text in it is not what it should be.</summary>
    public OwnedProof? TryRead()
    {
        Span<byte> id = stackalloc byte[KeysetId.LongLength];
        if (Id.Length > 2 * KeysetId.LongLength || Id.Length % 2 != 0) return null;
        id = id[..(Id.Length / 2)];
        if (!Hex.TryDecode(Id, id) || !Tokens.TryReadId(id, out var keyset)) return null;
        if (C.Length != PointText.Length || !PublicKey.TryParse(C, out var c)) return null;
        PublicKey ephemeral = default;
        if (P2pkE is not null && !PublicKey.TryParse(P2pkE, out ephemeral)) return null;
        if (!TryReadDleq(out var dleq, out var r)) return null;
        return new OwnedProof(Amount, keyset, Secret, c)
        {
            Dleq = dleq,
            BlindingFactor = r,
            EphemeralKey = P2pkE is null ? null : ephemeral,
            Witness = Witness,
        };
    }

    private bool TryReadDleq(out Dleq? dleq, out Scalar? r)
    {
        (dleq, r) = (null, null);
        if (Dleq is null) return true;
        if (!TryReadScalar(Dleq.E, out var e) || !TryReadScalar(Dleq.S, out var s)) return false;
        dleq = new Dleq(e, s);
        if (Dleq.R is null) return true;
        var isRead = TryReadScalar(Dleq.R, out var factor);
        r = factor;
        return isRead;
    }

    internal static bool TryReadScalar(string text, out Scalar scalar)
    {
        Span<byte> bytes = stackalloc byte[Scalar.Length];
        var isRead = Hex.TryDecode(text, bytes);
        scalar = isRead ? new Scalar(bytes) : default;
        return isRead;
    }
}

internal sealed record TokenEntryModel(string Mint, IReadOnlyList<ProofModel> Proofs);

internal sealed record TokenModel(IReadOnlyList<TokenEntryModel> Token, string? Unit = null, string? Memo = null);

internal sealed record ErrorModel(string Detail, int Code);

internal sealed record KeysetModel(
    string Id, string Unit, bool Active = true, int? InputFeePpk = null, long? FinalExpiry = null, Dictionary<string, string>? Keys = null);

internal sealed record KeysetsModel(IReadOnlyList<KeysetModel> Keysets);

internal sealed record InfoModel(
    string? Name = null, string? Pubkey = null, string? Version = null, string? Description = null, string? Motd = null,
    Dictionary<string, JsonElement>? Nuts = null);

internal sealed record MintQuoteModel(
    string Quote, string Request, ulong? Amount = null, string? Unit = null, string? State = null, long? Expiry = null,
    ulong? AmountPaid = null, ulong? AmountIssued = null, string? Seq = null);

internal sealed record SignatureModel(
    ulong Amount, string Id, [property: JsonPropertyName("C_")] string C, DleqModel? Dleq = null);

internal sealed record SignaturesModel(IReadOnlyList<SignatureModel> Signatures);

internal sealed record MeltQuoteModel(
    string Quote, ulong Amount, ulong FeeReserve, string State, string? Request = null, string? Unit = null, long? Expiry = null,
    string? PaymentPreimage = null, IReadOnlyList<SignatureModel>? Change = null, string? Seq = null);

internal sealed record RestoredOutputModel(string Id, [property: JsonPropertyName("B_")] string B);

internal sealed record RestoredModel(IReadOnlyList<RestoredOutputModel> Outputs, IReadOnlyList<SignatureModel> Signatures);

internal sealed record StateModel([property: JsonPropertyName("Y")] string Y, string State, string? Witness = null, string? Seq = null);

internal sealed record StatesModel(IReadOnlyList<StateModel> States);

internal sealed record DevInvoiceModel(string Request, string PaymentHash);

internal sealed record DevPaymentModel(string State);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TokenModel))]
[JsonSerializable(typeof(ErrorModel))]
[JsonSerializable(typeof(KeysetsModel))]
[JsonSerializable(typeof(InfoModel))]
[JsonSerializable(typeof(MintQuoteModel))]
[JsonSerializable(typeof(SignaturesModel))]
[JsonSerializable(typeof(MeltQuoteModel))]
[JsonSerializable(typeof(RestoredModel))]
[JsonSerializable(typeof(StateModel))]
[JsonSerializable(typeof(StatesModel))]
[JsonSerializable(typeof(DevInvoiceModel))]
[JsonSerializable(typeof(DevPaymentModel))]
internal sealed partial class ClientJson : JsonSerializerContext;
