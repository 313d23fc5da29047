using System.Text.Json.Serialization;

namespace Turnpike.Cashu.Client;

/// <summary>A keyset as its mint's operator sees it.</summary>
/// <param name="Id">The full id.</param>
/// <param name="Unit">The unit.</param>
/// <param name="Index">Counts the unit's keysets.</param>
/// <param name="Active">Whether the mint signs with it.</param>
/// <param name="InputFeePpk">Fee of each input, in thousandths of the unit.</param>
/// <param name="FinalExpiry">From when on nothing of it is taken, unix seconds; null for never.</param>
/// <param name="Issued">Σ of what it signed; null after a rotation, which does not tell.</param>
/// <param name="Redeemed">Σ of what was spent of it; null likewise.</param>
public sealed record AdminKeyset(
    string Id, string Unit, int Index, bool Active, int InputFeePpk, long? FinalExpiry = null, Int128? Issued = null,
    Int128? Redeemed = null);

/// <summary>The books of one unit: <c>credited − unissued − paid out = outstanding + kept</c>.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Credited">What came in.</param>
/// <param name="Unissued">What of it was not minted yet.</param>
/// <param name="PaidOut">What melts paid, Lightning's fees included.</param>
/// <param name="Outstanding">Ecash that wallets hold.</param>
/// <param name="Kept">Fees and surplus.</param>
/// <param name="Difference">Left side less right side; not 0 is a fault.</param>
public sealed record AdminBooks(
    string Unit, Int128 Credited, Int128 Unissued, Int128 PaidOut, Int128 Outstanding, Int128 Kept, Int128 Difference);

/// <summary>What an audit found.</summary>
/// <param name="Units">The books of each unit.</param>
/// <param name="Faults">What is wrong, a sentence each.</param>
public sealed record AdminAudit(IReadOnlyList<AdminBooks> Units, IReadOnlyList<string> Faults);

/// <summary>One attempt to pay a melt quote's invoice.</summary>
/// <param name="Quote">The melt quote.</param>
/// <param name="Attempt">From 1.</param>
/// <param name="AmountMsat">What the payee gets.</param>
/// <param name="MaxFeeMsat">What Lightning may take beyond it.</param>
/// <param name="Shown">Whether the node has shown it since it was sent.</param>
/// <param name="Started">When it was written, unix seconds.</param>
/// <param name="Outcome"><c>open</c>, <c>paid</c> or <c>failed</c>.</param>
/// <param name="Node">The node that was asked to pay, in hex; null: never sent.</param>
/// <param name="AskAt">When the node is asked next, unix seconds; null for never again.</param>
/// <param name="Error">The code that whoever waits for a failed one is told.</param>
public sealed record AdminPayment(
    string Quote, int Attempt, long AmountMsat, long MaxFeeMsat, bool Shown, long Started, string Outcome, string? Node = null,
    long? AskAt = null, int? Error = null);

/// <summary>A melt with all that was done about it.</summary>
/// <param name="Quote">The quote, without change.</param>
/// <param name="Unit">The unit of its amounts.</param>
/// <param name="Payments">Its attempts, in their order.</param>
public sealed record AdminMelt(MeltQuoteStatus Quote, string Unit, IReadOnlyList<AdminPayment> Payments);

internal sealed record AdminKeysetsModel(IReadOnlyList<AdminKeyset> Keysets);

internal sealed record AdminPaymentsModel(IReadOnlyList<AdminPayment> Payments);

internal sealed record AdminMeltModel(MeltQuoteModel Quote, IReadOnlyList<AdminPayment> Payments);

internal sealed record AdminDoneModel(bool Done);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AdminKeysetsModel))]
[JsonSerializable(typeof(AdminAudit))]
[JsonSerializable(typeof(AdminPaymentsModel))]
[JsonSerializable(typeof(AdminMeltModel))]
[JsonSerializable(typeof(AdminDoneModel))]
internal sealed partial class AdminJson : JsonSerializerContext;
