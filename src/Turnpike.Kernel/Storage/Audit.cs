namespace Turnpike.Kernel.Storage;

/// <summary>The books of a module: what must be true of its tables whatever happened, and cannot be said as a constraint.</summary>
/// <param name="Module">Whose tables.</param>
/// <param name="RunAsync">Reads them in one snapshot; returns a sentence for each fault, none if the books hold.</param>
public sealed record Audit(MigrationModule Module, Func<Reads, ValueTask<IReadOnlyList<string>>> RunAsync);
