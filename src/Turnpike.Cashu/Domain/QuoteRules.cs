using System.Text;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Domain;

/// <summary>What a request for a quote must be, in the order in which it is told.</summary>
/// <remarks>docs/specs/cashu.md 5.</remarks>
public static class QuoteRules
{
    /// <summary>The most bytes of an invoice's description.</summary>
    public const int MaxDescriptionBytes = 639;

    /// <summary>Checks a request for a mint quote.</summary>
    /// <param name="amount">Above 0.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="description">For the invoice, or null.</param>
    /// <param name="pubkey">The key to lock it to, as it came, or null.</param>
    /// <param name="options">The options.</param>
    /// <returns>The key, if any; or 11013, 20003, 11006, 20009, 10000.</returns>
    public static Result<PublicKey?> CheckMint(ulong amount, string unit, string? description, string? pubkey, CashuOptions options)
    {
        if (!options.UnitsOrDefault.Contains(unit)) return CashuErrors.UnitNotSupported(unit);
        if (!options.Minting) return CashuErrors.MintingDisabled;
        var rate = Units.Rate(unit, options);
        if (CheckLimits(amount, Units.FromSat(options.MinMint, rate), Units.FromSat(options.MaxMint, rate), options) is { } outside)
            return outside;
        if (pubkey is null && options.RequirePubkey) return CashuErrors.PubkeyRequired;
        var key = default(PublicKey);
        if (pubkey is not null && (pubkey.Length != PointText.Length || !PublicKey.TryParse(pubkey, out key)))
            return CashuErrors.PubkeyMalformed;
        if (description is not null && Encoding.UTF8.GetByteCount(description) > MaxDescriptionBytes)
            return CashuErrors.Malformed($"description has more than {MaxDescriptionBytes} bytes");
        return Result.Ok<PublicKey?>(pubkey is null ? null : key);
    }

    /// <summary>What a melt quote is to pay.</summary>
    /// <param name="invoiceMsat">The invoice's amount, or null.</param>
    /// <param name="amountlessMsat">What the wallet gives with an invoice without one, or null.</param>
    /// <returns>msat; or 11011, 11012.</returns>
    public static Result<long> MeltAmount(long? invoiceMsat, long? amountlessMsat)
    {
        if ((invoiceMsat ?? amountlessMsat) is not { } msat) return CashuErrors.AmountlessNotSupported;
        return amountlessMsat is { } given && given != msat ? CashuErrors.AmountDiffersFromInvoice : msat;
    }

    /// <summary>Checks a melt quote's amount, which the invoice has given.</summary>
    /// <param name="amount">In the unit, rounded up.</param>
    /// <param name="unit">A unit of the mint.</param>
    /// <param name="options">The options.</param>
    /// <returns>Null; or 20003, 11006.</returns>
    public static ProtocolError? CheckMelt(ulong amount, string unit, CashuOptions options)
    {
        if (!options.Melting) return CashuErrors.MeltingDisabled;
        var rate = Units.Rate(unit, options);
        return CheckLimits(amount, Units.FromSat(options.MinMelt, rate), Units.FromSat(options.MaxMelt, rate), options);
    }

    private static ProtocolError? CheckLimits(ulong amount, ulong least, ulong most, CashuOptions options)
    {
        if (amount < least || amount > most) return CashuErrors.AmountOutsideLimits($"{amount} is not between {least} and {most}");
        // A thousand outputs of the largest key must be able to hold it.
        var largest = (UInt128)1 << (options.MaxOrder - 1);
        return amount > largest * (uint)options.Limits.Outputs
            ? CashuErrors.AmountOutsideLimits($"{amount} is too much for the keys")
            : null;
    }
}
