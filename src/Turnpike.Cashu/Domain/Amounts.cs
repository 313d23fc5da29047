using System.Numerics;

namespace Turnpike.Cashu.Domain;

/// <summary>Arithmetic of amounts, in a unit's smallest coin. An amount on the wire or in the store is 0 to 2^63−1.</summary>
/// <remarks>docs/specs/cashu.md 5, 7.5 and 13.</remarks>
public static class Amounts
{
    /// <summary>The largest amount and the largest sum: 2^63−1.</summary>
    public const ulong Max = long.MaxValue;

    /// <summary>msat of a sat.</summary>
    public const long MsatPerSat = 1000;

    /// <summary>All that there will ever be: 21 million bitcoin, in msat.</summary>
    public const long EverythingMsat = 21_000_000L * 100_000_000 * MsatPerSat;

    /// <summary>Adds amounts.</summary>
    /// <param name="amounts">Each at most <see cref="Max"/>.</param>
    /// <param name="sum">The sum; 0 after false.</param>
    /// <returns>False if the sum is above <see cref="Max"/>.</returns>
    public static bool TrySum(IEnumerable<ulong> amounts, out ulong sum)
    {
        var total = UInt128.Zero;
        foreach (var amount in amounts) total += amount;
        sum = total <= Max ? (ulong)total : 0;
        return total <= Max;
    }

    /// <summary>The powers of two whose sum is an amount, rising.</summary>
    /// <param name="amount">The amount; 0 has none.</param>
    public static IReadOnlyList<ulong> Split(ulong amount) => Split(amount, 64, int.MaxValue);

    /// <summary>The parts that an amount is paid out in where a part is at most 2^(order−1) and there are not more than so many.</summary>
    /// <param name="amount">The amount.</param>
    /// <param name="order">The keyset has 2^0 to 2^(order−1); the largest is used again and again. 0 has none.</param>
    /// <param name="most">How many parts at most; where it takes more, the largest are kept and the rest is not paid out.</param>
    /// <returns>The parts, rising.</returns>
    public static IReadOnlyList<ulong> Split(ulong amount, int order, int most)
    {
        if (order <= 0 || most <= 0) return [];
        var largest = 1UL << (order - 1);
        var parts = new List<ulong>();
        var whole = Math.Min(amount / largest, (ulong)most);
        for (var i = 0UL; i < whole; i++) parts.Add(largest);
        for (var rest = amount % largest; rest > 0 && parts.Count < most;)
        {
            var part = 1UL << BitOperations.Log2(rest);
            parts.Add(part);
            rest -= part;
        }

        parts.Reverse();
        return parts;
    }

    /// <summary>The fee of inputs: ⌈Σ input_fee_ppk / 1000⌉.</summary>
    /// <param name="inputFeePpk">One for each input, of its own keyset.</param>
    public static ulong InputFee(IEnumerable<int> inputFeePpk)
    {
        var sum = 0L;
        foreach (var ppk in inputFeePpk) sum += ppk;
        return (ulong)((sum + 999) / 1000);
    }

    /// <summary>What a payment of Lightning costs in a unit: ⌈msat / rate⌉.</summary>
    /// <param name="msat">The payment; what is below 0 counts as 0.</param>
    /// <param name="rate">msat of one: 1000 for sat, 1 for msat.</param>
    public static ulong FromMsat(long msat, long rate) => msat <= 0 ? 0 : (ulong)((msat - 1) / rate + 1);

    /// <summary>What an amount is in Lightning.</summary>
    /// <param name="amount">The amount.</param>
    /// <param name="rate">msat of one.</param>
    /// <param name="msat">The product; 0 after false.</param>
    /// <returns>False above 2^63−1 msat.</returns>
    public static bool TryToMsat(ulong amount, long rate, out long msat)
    {
        var product = (UInt128)amount * (ulong)rate;
        msat = product <= Max ? (long)product : 0;
        return product <= Max;
    }

    /// <summary>What a melt keeps for Lightning's fee: max(minFee, ⌈amount · percent / 100⌉).</summary>
    /// <param name="amount">The melt's amount.</param>
    /// <param name="minFee">In the same unit.</param>
    /// <param name="percent">0 to 100.</param>
    public static ulong FeeReserve(ulong amount, ulong minFee, int percent) =>
        Math.Max(minFee, (ulong)(((UInt128)amount * (uint)percent + 99) / 100));
}
