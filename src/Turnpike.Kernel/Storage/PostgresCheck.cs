namespace Turnpike.Kernel.Storage;

/// <summary>Reads the books of a PostgreSQL database in one snapshot, also while servers use it.</summary>
internal static class PostgresCheck
{
    private const string Applied = "SELECT count(*) FROM migration WHERE module = $1";
    private const int MaxStatements = 64;

    public static async Task<IReadOnlyList<string>> RunAsync(
        StorageOptions options, IReadOnlyList<Audit> audits, int maxFaults, CancellationToken cancellation)
    {
        await using var connections = new PostgresConnections(options, patient: true);
        try
        {
            await using var transaction = new PostgresTransaction(connections, PostgresDatabase.BeginSnapshot, Locks.None);
            var reads = new PostgresReads("check", new(MaxStatements));
            var snapshot = new PostgresSnapshot(reads, settled: 0);
            return await reads.RunAsync(() => RunAsync(snapshot, audits, maxFaults, cancellation), transaction);
        }
        catch (PostgresFailure failure)
        {
            throw PostgresDatabase.Explain(failure, connections.Place);
        }
    }

    private static async ValueTask<IReadOnlyList<string>> RunAsync(
        PostgresSnapshot snapshot, IReadOnlyList<Audit> audits, int maxFaults, CancellationToken cancellation)
    {
        var faults = new List<string>();
        foreach (var audit in audits)
        {
            cancellation.ThrowIfCancellationRequested();
            if (await snapshot.ReadAsync(Applied, static row => row.Int64(0), audit.Module.Name) == 0) continue;
            faults.AddRange(await audit.RunAsync(snapshot));
        }

        return faults.Count <= maxFaults ? faults : faults.GetRange(0, maxFaults);
    }
}
