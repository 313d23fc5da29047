namespace Turnpike.Kernel.Storage;

/// <summary>
/// The aggregates that a work decides about, by name (<c>planetmint/head</c>). A store on which works run side by side takes them in
/// sorted order before the work's first read; SQLite has one writer and needs none.
/// </summary>
public sealed class Locks
{
    private readonly string[] _names;

    private Locks(string[] names, Lease? lease = null) => (_names, Lease) = (names, lease);

    /// <summary>For a work that only writes, and relies on constraints.</summary>
    public static Locks None { get; } = new([]);

    /// <summary>Sorted by code unit, each name once.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The lease that must still be this node's when the work is committed; null for none.</summary>
    internal Lease? Lease { get; }

    /// <summary>
    /// The same aggregates, for a work that is committed only while a lease is held: if another node has taken over, the work ends with
    /// <see cref="LeaseLostException"/> and leaves nothing.
    /// </summary>
    /// <param name="lease">From <see cref="Leases.RunAsync"/>.</param>
    public Locks Under(Lease lease) => new(_names, lease);

    /// <summary>Names one or more aggregates; the order does not matter.</summary>
    public static Locks Of(params ReadOnlySpan<string> names)
    {
        if (names.Length == 1) return new([names[0]]);
        var sorted = names.ToArray();
        Array.Sort(sorted, StringComparer.Ordinal);
        return new([.. sorted.Distinct(StringComparer.Ordinal)]);
    }
}
