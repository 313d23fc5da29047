using System.Text.Json.Serialization;

namespace Turnpike.Cashu.Client;

// What a wallet's file holds. Nothing in it is ever forgotten before what takes its place is on disk.

/// <param name="Version">Of this form: 1.</param>
/// <param name="Mint">The mint's address.</param>
/// <param name="Unit">The unit.</param>
/// <param name="Mnemonic">The words.</param>
/// <param name="Counters">The next counter, by keyset (NUT-13).</param>
/// <param name="Proofs">What the wallet has, that which operations hold included.</param>
/// <param name="Quotes">Invoices that are still to be minted.</param>
/// <param name="Operations">Requests that may or may not have been carried out.</param>
/// <param name="Sent">Tokens that were handed out and not seen spent yet.</param>
internal sealed record WalletModel(
    int Version, string Mint, string Unit, string Mnemonic, IReadOnlyDictionary<string, ulong> Counters,
    IReadOnlyList<ProofModel> Proofs, IReadOnlyList<WalletQuoteModel> Quotes, IReadOnlyList<OperationModel> Operations,
    IReadOnlyList<SentModel> Sent);

/// <param name="Id">The quote.</param>
/// <param name="Amount">Its amount.</param>
/// <param name="Request">Its invoice.</param>
/// <param name="Key">The secret key that it is locked to (NUT-20), in hex.</param>
internal sealed record WalletQuoteModel(string Id, ulong Amount, string Request, string Key);

/// <param name="Id">A name of its own.</param>
/// <param name="Kind">mint, swap or melt.</param>
/// <param name="Body">The request's body, which is sent again as it is.</param>
/// <param name="Inputs">Secrets of the wallet's own proofs that it spends.</param>
/// <param name="Outputs">The outputs, in the order of the body.</param>
/// <param name="Quote">The quote it mints or melts.</param>
/// <param name="Memo">For a token that it makes.</param>
/// <param name="IsPending">Whether the mint said that the payment is under way.</param>
internal sealed record OperationModel(
    string Id, string Kind, string Body, IReadOnlyList<string> Inputs, IReadOnlyList<OutputModel> Outputs,
    string? Quote = null, string? Memo = null, bool IsPending = false)
{
    public const string Mint = "mint", Swap = "swap", Melt = "melt";
}

/// <param name="Amount">Its amount; 0 for a blank.</param>
/// <param name="Keyset">Its keyset.</param>
/// <param name="Secret">Its secret.</param>
/// <param name="R">Its blinding factor, in hex.</param>
/// <param name="IsSent">Whether it goes into a token rather than into the wallet.</param>
/// <param name="EphemeralKey">For blinded keys: the sender's (NUT-28).</param>
internal sealed record OutputModel(ulong Amount, string Keyset, string Secret, string R, bool IsSent = false, string? EphemeralKey = null);

/// <param name="Token">As it was handed out.</param>
/// <param name="Amount">What it is worth.</param>
internal sealed record SentModel(string Token, ulong Amount);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WalletModel))]
internal sealed partial class WalletJson : JsonSerializerContext;
