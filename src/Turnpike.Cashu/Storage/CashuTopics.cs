using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Storage;

/// <summary>The topics of the mint's events. One event for each changed object, with the payload as wallets are notified of it.</summary>
/// <remarks>docs/specs/cashu.md 8.</remarks>
internal static class CashuTopics
{
    /// <summary>What all of them begin with.</summary>
    public const string All = "cashu/";

    /// <summary>What those of mint quotes begin with.</summary>
    public const string MintQuotes = "cashu/mint/";

    /// <summary>What those of melt quotes begin with.</summary>
    public const string MeltQuotes = "cashu/melt/";

    /// <summary>What those of proofs begin with.</summary>
    public const string Proofs = "cashu/proof/";

    /// <summary>The keysets: all of them together.</summary>
    public const string Keysets = "cashu/keysets";

    /// <summary>A mint quote's.</summary>
    public static string OfMintQuote(QuoteId id) => MintQuotes + id.Value;

    /// <summary>A melt quote's.</summary>
    public static string OfMeltQuote(QuoteId id) => MeltQuotes + id.Value;

    /// <summary>A proof's: its Y in lower-case hex.</summary>
    public static string OfProof(in PublicKey y) => Proofs + y;
}
