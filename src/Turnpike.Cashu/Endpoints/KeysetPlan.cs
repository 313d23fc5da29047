using System.Globalization;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>What a start does about the keysets: which it makes, which it ends. Nothing where they are as configured.</summary>
/// <param name="Retired">Rows that become inactive, before the new ones are written.</param>
/// <param name="Made">New rows.</param>
/// <remarks>docs/specs/cashu.md 4.2 and 13.</remarks>
internal sealed record KeysetPlan(IReadOnlyList<StoredKeyset> Retired, IReadOnlyList<StoredKeyset> Made)
{
    /// <summary>Nothing to do.</summary>
    public static KeysetPlan Empty { get; } = new([], []);

    /// <summary>Compares the active keysets with the configuration.</summary>
    /// <param name="rows">All keysets, in the order in which they were made.</param>
    /// <param name="options">The configuration.</param>
    /// <param name="keys">Derives new ones.</param>
    /// <returns>The plan; or, where it takes a rotation that was not asked for, why the start is refused.</returns>
    public static (KeysetPlan Plan, string? Refusal) AtStart(IReadOnlyList<StoredKeyset> rows, CashuOptions options, MintKeys keys)
    {
        var (retired, made) = (new List<StoredKeyset>(), new List<StoredKeyset>());
        var versions = options.VersionsOrDefault.Select(v => v == "00" ? 0 : 1).ToList();
        foreach (var unit in options.UnitsOrDefault)
        {
            var active = rows.Where(r => r.IsActive && r.Unit == unit).ToList();
            if (active.Count > 0 && !options.RotateAtStart && Difference(unit, active, versions, options) is { } difference)
                return (Empty, difference);

            var wrong = active.Where(r => !versions.Contains(r.Version) || !Fits(r, options)).ToList();
            retired.AddRange(wrong);
            foreach (var version in versions.Where(v => active.Except(wrong).All(r => r.Version != v)))
                made.Add(Next([.. rows, .. made], unit, version, options.InputFeePpk, options.MaxOrder, null, keys));
        }

        return (new KeysetPlan(retired, made), null);
    }

    /// <summary>Ends a unit's active keysets and makes one of each version in their place.</summary>
    /// <param name="rows">All keysets.</param>
    /// <param name="unit">A unit that has active ones.</param>
    /// <param name="inputFeePpk">The new ones' fee.</param>
    /// <param name="finalExpiry">From when on nothing of them is taken, unix seconds; null for never.</param>
    /// <param name="keys">Derives them.</param>
    public static KeysetPlan Rotation(IReadOnlyList<StoredKeyset> rows, string unit, int inputFeePpk, long? finalExpiry, MintKeys keys)
    {
        var active = rows.Where(r => r.IsActive && r.Unit == unit).ToList();
        var made = new List<StoredKeyset>();
        foreach (var old in active) made.Add(Next([.. rows, .. made], unit, old.Version, inputFeePpk, old.Order, finalExpiry, keys));
        return new KeysetPlan(active, made);
    }

    private static bool Fits(StoredKeyset row, CashuOptions options) =>
        row.InputFeePpk == options.InputFeePpk && row.Order == options.MaxOrder;

    private static string? Difference(string unit, List<StoredKeyset> active, List<int> versions, CashuOptions options)
    {
        var have = string.Join(", ", active.Select(r => $"0{r.Version}").Order(StringComparer.Ordinal));
        var want = string.Join(", ", versions.Select(v => $"0{v}").Order(StringComparer.Ordinal));
        if (have != want) return Sentence("KeysetVersions", want, unit, have);
        if (active.FirstOrDefault(r => r.InputFeePpk != options.InputFeePpk) is { } fee)
            return Sentence("InputFeePpk", Text(options.InputFeePpk), unit, Text(fee.InputFeePpk));
        if (active.FirstOrDefault(r => r.Order != options.MaxOrder) is { } order)
            return Sentence("MaxOrder", Text(options.MaxOrder), unit, Text(order.Order));
        return null;
    }

    private static string Sentence(string key, string configured, string unit, string active) =>
        $"Turnpike:Cashu:{key} is {configured}, but the active keysets of {unit} have {active}. To rotate them, start once with "
        + "turnpike serve --Turnpike:Cashu:RotateAtStart=true; to keep them, set it back.";

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static StoredKeyset Next(
        IReadOnlyList<StoredKeyset> rows, string unit, int version, int inputFeePpk, int order, long? finalExpiry, MintKeys keys)
    {
        var index = rows.Where(r => r.Unit == unit).Select(r => r.Index + 1).DefaultIfEmpty(0).Max();
        return new StoredKeyset
        {
            No = rows.Select(r => r.No + 1).DefaultIfEmpty(1).Max(),
            Id = keys.Keyset(unit, index, version, order, inputFeePpk, finalExpiry, isActive: true).Id,
            Unit = unit,
            Index = index,
            Version = version,
            IsActive = true,
            InputFeePpk = inputFeePpk,
            FinalExpiry = finalExpiry,
            Order = order,
        };
    }
}
