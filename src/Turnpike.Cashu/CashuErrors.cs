using Turnpike.Kernel;

namespace Turnpike.Cashu;

/// <summary>
/// The catalogue: every error that a wallet can meet. <see cref="ProtocolError.Code"/> is the code in the answer's body; the HTTP status
/// is 400, or 500 for <see cref="Internal"/> and 429 for <see cref="TooManyRequests"/>.
/// </summary>
/// <remarks>docs/specs/cashu.md 5 and 11. 10000, 20000, 50000 and 50001 are ours, the rest is the table of the NUTs.</remarks>
public static class CashuErrors
{
    /// <summary>A proof is not signed by this mint, or not with the key of its amount.</summary>
    public static readonly ProtocolError ProofNotVerified = new(10001, "proof_not_verified", "Proof could not be verified");

    /// <summary>An input is spent. Retrying is of no use.</summary>
    public static readonly ProtocolError ProofsSpent = new(11001, "proofs_spent", "Proofs are already spent");

    /// <summary>An input is held by a melt that is not decided yet.</summary>
    public static readonly ProtocolError ProofsPending = new(11002, "proofs_pending", "Proofs are pending");

    /// <summary>An output was signed before; restore gives the signature.</summary>
    public static readonly ProtocolError OutputsSigned = new(11003, "outputs_signed", "Outputs have already been signed");

    /// <summary>An output waits, blank, for the change of a melt.</summary>
    public static readonly ProtocolError OutputsPending = new(11004, "outputs_pending", "Outputs are pending");

    /// <summary>Two inputs have the same secret.</summary>
    public static readonly ProtocolError DuplicateInputs = new(11007, "duplicate_inputs", "Duplicate inputs provided");

    /// <summary>Two outputs have the same B_.</summary>
    public static readonly ProtocolError DuplicateOutputs = new(11008, "duplicate_outputs", "Duplicate outputs provided");

    /// <summary>Inputs, outputs or quotes of one request are of more than one unit.</summary>
    public static readonly ProtocolError SeveralUnits = new(11009, "several_units", "Inputs or outputs are of several units");

    /// <summary>What comes in is of one unit, what goes out of another.</summary>
    public static readonly ProtocolError UnitsDiffer = new(11010, "units_differ", "Inputs and outputs are of different units");

    /// <summary>The invoice has no amount, and none was given with it.</summary>
    public static readonly ProtocolError AmountlessNotSupported =
        new(11011, "amountless_not_supported", "The invoice has no amount; give one in options.amountless");

    /// <summary>The amount given and the amount of the invoice are not the same.</summary>
    public static readonly ProtocolError AmountDiffersFromInvoice =
        new(11012, "amount_differs_from_invoice", "The amount differs from that of the invoice");

    /// <summary>A quote is named twice in one batch.</summary>
    public static readonly ProtocolError DuplicateQuotes = new(11016, "duplicate_quotes", "Duplicate quote ids provided");

    /// <summary>The mint has, or had, no quote with this id.</summary>
    public static readonly ProtocolError QuoteUnknown = new(20000, "quote_unknown", "There is no such quote");

    /// <summary>Nothing was paid to the quote's invoice yet.</summary>
    public static readonly ProtocolError QuoteNotPaid = new(20001, "quote_not_paid", "Quote request is not paid");

    /// <summary>The quote's ecash was issued.</summary>
    public static readonly ProtocolError QuoteIssued = new(20002, "quote_issued", "Tokens have already been issued for this quote");

    /// <summary>The operator has switched minting off.</summary>
    public static readonly ProtocolError MintingDisabled = new(20003, "disabled", "Minting is disabled");

    /// <summary>The operator has switched melting off, or the server is starting up.</summary>
    public static readonly ProtocolError MeltingDisabled = new(20003, "disabled", "Melting is disabled");

    /// <summary>The invoice was not paid; the inputs are free again.</summary>
    public static readonly ProtocolError LightningFailed = new(20004, "lightning_failed", "Lightning payment failed");

    /// <summary>The quote's payment is under way.</summary>
    public static readonly ProtocolError QuotePending = new(20005, "quote_pending", "Quote is pending");

    /// <summary>The invoice is paid, or is being paid by another quote.</summary>
    public static readonly ProtocolError InvoicePaid = new(20006, "invoice_paid", "Invoice is already paid or being paid");

    /// <summary>The quote or its invoice is too old to be paid.</summary>
    public static readonly ProtocolError QuoteExpired = new(20007, "quote_expired", "Quote is expired");

    /// <summary>A locked quote wants a signature by its key over the quote and all outputs.</summary>
    public static readonly ProtocolError MintSignatureInvalid =
        new(20008, "mint_signature_invalid", "Signature for the mint request is missing or not valid");

    /// <summary>This mint only makes quotes that are locked to a key.</summary>
    public static readonly ProtocolError PubkeyRequired = new(20009, "pubkey_required", "A pubkey is required for a mint quote");

    /// <summary>The key to lock a quote to is no compressed point.</summary>
    public static readonly ProtocolError PubkeyMalformed =
        new(20009, "pubkey_required", "The pubkey must be a compressed point of secp256k1 in hex");

    /// <summary>Our fault. What had been acknowledged stands; the request may or may not have been carried out: repeat it.</summary>
    public static readonly ProtocolError Internal = new(50000, "internal", "Internal error");

    /// <summary>The address asks too often (HTTP 429). Nothing was done: repeat it after <c>Retry-After</c> seconds.</summary>
    public static readonly ProtocolError TooManyRequests = new(50001, "too_many_requests", "Too many requests; try again later");

    /// <summary>The request is not understood: its shape, a limit, or a value that cannot be.</summary>
    /// <param name="what">What is wrong with it.</param>
    public static ProtocolError Malformed(string what) => new(10000, "malformed", Cut(what));

    /// <summary>A spending condition is not fulfilled, or can never be.</summary>
    /// <param name="index">Which input.</param>
    /// <param name="why">What is missing.</param>
    public static ProtocolError ConditionNotMet(int index, string why) =>
        new(10001, "condition_not_met", $"Spending condition of input {index}: {Cut(why)}");

    /// <summary>An input's keyset has no key for its amount.</summary>
    /// <param name="index">Which input.</param>
    public static ProtocolError InputAmountInvalid(int index) =>
        new(10001, "proof_not_verified", $"Input {index}: its keyset has no key for this amount");

    /// <summary>What comes in is not what goes out, fees counted.</summary>
    /// <param name="detail">Both sides.</param>
    public static ProtocolError NotBalanced(string detail) => new(11005, "not_balanced", detail);

    /// <summary>An amount is not between the mint's limits, or no keyset has a key for it.</summary>
    /// <param name="detail">The amount and the limits.</param>
    public static ProtocolError AmountOutsideLimits(string detail) => new(11006, "amount_outside_limits", detail);

    /// <summary>The mint does not deal in this unit with this method.</summary>
    /// <param name="unit">The unit, or the method.</param>
    public static ProtocolError UnitNotSupported(string unit) => new(11013, "unit_not_supported", $"'{Cut(unit)}' is not supported");

    /// <summary>More inputs, or more signatures on them, than one request may have.</summary>
    /// <param name="what">What there are too many of.</param>
    /// <param name="limit">How many are taken.</param>
    public static ProtocolError TooManyInputs(string what, int limit) =>
        new(11014, "too_many_inputs", $"Too many {what}; at most {limit} are taken");

    /// <summary>More outputs than one request may have.</summary>
    /// <param name="limit">How many are taken.</param>
    public static ProtocolError TooManyOutputs(int limit) =>
        new(11015, "too_many_outputs", $"Too many outputs; at most {limit} are taken");

    /// <summary>More quotes than one batch may have.</summary>
    /// <param name="limit">How many are taken.</param>
    public static ProtocolError BatchTooLarge(int limit) => new(11017, "batch_too_large", $"Too many quotes; at most {limit} are taken");

    /// <summary>The mint has no keyset with this id. Short ids are no ids.</summary>
    /// <param name="id">The id; empty if it was none.</param>
    public static ProtocolError KeysetUnknown(string id) => new(12001, "keyset_unknown", $"Keyset {Cut(id)} is not known");

    /// <summary>Outputs must be of an active keyset; after a rotation <c>/v1/keys</c> has the new one.</summary>
    /// <param name="id">The id.</param>
    public static ProtocolError KeysetInactive(string id) => new(12002, "keyset_inactive", $"Keyset {Cut(id)} is inactive");

    /// <summary>The keyset's final expiry is over: nothing of it is taken any more.</summary>
    /// <param name="id">The id.</param>
    public static ProtocolError KeysetExpired(string id) => new(12003, "keyset_expired", $"Keyset {Cut(id)} has expired");

    /// <summary>What a client sent is not sent back at any length.</summary>
    private static string Cut(string text) => text.Length <= 200 ? text : string.Concat(text.AsSpan(0, 200), "…");
}
