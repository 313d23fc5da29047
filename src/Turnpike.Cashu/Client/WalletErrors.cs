using Turnpike.Kernel;

namespace Turnpike.Cashu.Client;

/// <summary>What a wallet refuses by itself, without asking the mint; all with the code 0.</summary>
public static class WalletErrors
{
    /// <summary>The wallet has not enough for what is to be paid and its fees.</summary>
    /// <param name="needed">What it takes.</param>
    /// <param name="balance">What there is.</param>
    public static ProtocolError NotEnough(ulong needed, ulong balance) =>
        new(0, "not_enough", $"This takes {needed}; the wallet has {balance}");

    /// <summary>A text is no token.</summary>
    /// <param name="why">What is wrong with it.</param>
    public static ProtocolError TokenMalformed(string why) => new(0, "token_malformed", $"This is no token: {why}");

    /// <summary>A text is no payment request.</summary>
    /// <param name="why">What is wrong with it.</param>
    public static ProtocolError RequestMalformed(string why) => new(0, "request_malformed", $"This is no payment request: {why}");

    /// <summary>A token is of another mint or unit than the wallet.</summary>
    /// <param name="mint">The token's mint.</param>
    /// <param name="unit">The token's unit.</param>
    public static ProtocolError OtherMint(string mint, string unit) =>
        new(0, "other_mint", $"The token is of {mint} in {unit}, which this wallet does not hold");

    /// <summary>A proof's keyset is none of the mint's, or its amount has no key.</summary>
    /// <param name="id">The keyset.</param>
    public static ProtocolError KeysetNotFound(string id) => new(0, "keyset_not_found", $"The mint has no key for a proof of keyset {id}");

    /// <summary>A proof does not show, or shows wrongly, that the mint signed it.</summary>
    public static readonly ProtocolError NotSigned = new(0, "not_signed", "The token does not show that the mint signed it");

    /// <summary>A proof is locked, and the keys or the preimage at hand do not open it.</summary>
    public static readonly ProtocolError Locked =
        new(0, "locked", "The token is locked to keys or a preimage that this wallet does not have");

    /// <summary>The mint has no active keyset of the wallet's unit.</summary>
    /// <param name="unit">The unit.</param>
    public static ProtocolError NoKeyset(string unit) => new(0, "no_keyset", $"The mint has no active keyset for {unit}");

    /// <summary>The wallet asked for no quote with this id, or has minted it.</summary>
    public static readonly ProtocolError QuoteNotMine =
        new(0, "quote_not_mine", "This wallet has no such quote that is still to be minted");
}
