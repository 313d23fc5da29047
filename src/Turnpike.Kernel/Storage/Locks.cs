namespace Turnpike.Kernel.Storage;

/// <summary>
/// The aggregates that a work decides about, by name (<c>planetmint/head</c>). A store on which works run side by side takes them in
/// sorted order before the work's first read; SQLite has one writer and needs none.
/// </summary>
public sealed class Locks
{
    private readonly string[] _names;

    private Locks(string[] names) => _names = names;

    /// <summary>For a work that only writes, and relies on constraints.</summary>
    public static Locks None { get; } = new([]);

    /// <summary>Sorted by code unit, each name once.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Names one or more aggregates; the order does not matter.</summary>
    public static Locks Of(params ReadOnlySpan<string> names)
    {
        if (names.Length == 1) return new([names[0]]);
        var sorted = names.ToArray();
        Array.Sort(sorted, StringComparer.Ordinal);
        return new([.. sorted.Distinct(StringComparer.Ordinal)]);
    }
}
