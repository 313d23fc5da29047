using System.Globalization;
using SQLitePCL;

namespace Turnpike.Kernel.Storage;

/// <summary>Looks whether a database file is whole; also while a server uses it.</summary>
public static class DatabaseCheck
{
    private const int MaxFaults = 100;      // who has a hundred needs a backup, not a longer list

    /// <summary>Checks the books of a PostgreSQL database, all in one snapshot. Its structure is PostgreSQL's own to look after.</summary>
    /// <param name="options">How to connect.</param>
    /// <param name="audits">The books; those of modules that the database does not have are passed over.</param>
    /// <param name="cancellation">Looked at before each of the books.</param>
    /// <returns>A sentence for each fault, at most 100; empty if the books hold.</returns>
    /// <exception cref="StorageException">The database cannot be reached or read.</exception>
    public static Task<IReadOnlyList<string>> RunAsync(
        StorageOptions options, IReadOnlyList<Audit> audits, CancellationToken cancellation) =>
        PostgresCheck.RunAsync(options, audits, MaxFaults, cancellation);

    /// <summary>Checks the structure of every table and index, every foreign key, and then the books.</summary>
    /// <param name="databaseFile">The database, or a backup of it.</param>
    /// <param name="audits">The books; those of modules that the database does not have are passed over.</param>
    /// <param name="cancellation">Stops the check.</param>
    /// <returns>A sentence for each fault, at most 100; empty if the file is whole.</returns>
    /// <exception cref="StorageException">There is no such file, or it cannot be read.</exception>
    public static Task<IReadOnlyList<string>> RunAsync(
        string databaseFile, IReadOnlyList<Audit> audits, CancellationToken cancellation) =>
        Task.Factory.StartNew<IReadOnlyList<string>>(() =>
            Run(databaseFile, audits, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static List<string> Run(string databaseFile, IReadOnlyList<Audit> audits, CancellationToken cancellation)
    {
        if (!File.Exists(databaseFile)) throw new StorageException($"There is no database {databaseFile}.");
        try
        {
            using var connection = SqliteConnection.Open(databaseFile, create: false, maxStatements: 16);
            using var registration = cancellation.UnsafeRegister(static c => ((SqliteConnection)c!).Interrupt(), connection);
            cancellation.ThrowIfCancellationRequested();
            var faults = new List<string>();
            connection.List("SELECT quick_check FROM pragma_quick_check($1)", static row => row.Text(0), [MaxFaults], faults);
            faults.Remove("ok");
            connection.List("SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2 LIMIT $1", static row =>
                string.Create(CultureInfo.InvariantCulture, $"{row.Int64(2)} rows of {row.Text(0)} refer to no row of {row.Text(1)}"),
                [MaxFaults], faults);
            foreach (var audit in audits) faults.AddRange(RunAudit(connection, audit));
            return faults.Count <= MaxFaults ? faults : faults.GetRange(0, MaxFaults);
        }
        catch (SqliteFailure failure)
        {
            cancellation.ThrowIfCancellationRequested();
            throw failure.Kind switch
            {
                raw.SQLITE_NOTADB => new StorageException($"{databaseFile} is not a SQLite database.", failure),
                raw.SQLITE_CORRUPT => new StorageException($"{databaseFile} is damaged ({failure.Reason}); restore a backup.", failure),
                _ => failure.AsUnavailable() as StorageException ?? failure,
            };
        }
    }

    private static IReadOnlyList<string> RunAudit(SqliteConnection connection, Audit audit)
    {
        const string applied = "SELECT count(*) FROM migration WHERE module = $1";
        if (connection.First(applied, static row => row.Int64(0), audit.Module.Name) == 0) return [];
        connection.Execute("BEGIN");
        var snapshot = new SqliteSnapshot(connection, head: 0);
        var running = audit.RunAsync(snapshot);
        if (!running.IsCompleted)
            throw new InvalidOperationException($"The audit of {audit.Module.Name} awaited something else than its reads.");
        var faults = running.GetAwaiter().GetResult();
        connection.Execute("COMMIT");
        return faults;
    }
}
