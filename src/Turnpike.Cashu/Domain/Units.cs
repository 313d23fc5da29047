namespace Turnpike.Cashu.Domain;

/// <summary>What one of a unit is in Lightning. Options name amounts in sat, whatever the unit.</summary>
/// <remarks>docs/specs/cashu.md 13.</remarks>
public static class Units
{
    /// <summary>msat of one.</summary>
    /// <param name="unit">A unit of the mint.</param>
    /// <param name="options">The options, which have been validated.</param>
    public static long Rate(string unit, CashuOptions options) => unit switch
    {
        "sat" => Amounts.MsatPerSat,
        "msat" => 1,
        _ => options.Fake.Rates[unit],
    };

    /// <summary>An amount of sat in a unit, rounded up.</summary>
    /// <param name="sat">At most 21 million bitcoin.</param>
    /// <param name="rate">msat of one of the unit.</param>
    public static ulong FromSat(long sat, long rate) => Amounts.FromMsat(sat * Amounts.MsatPerSat, rate);
}
