using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Tests.Storage;

/// <summary>
/// A process that commits from 64 callers as fast as it can, tells each acknowledged posting on standard output, and is killed.
/// </summary>
internal static class CrashChild
{
    /// <summary>The exit code where the store has stopped as it should when the disk fails in a commit.</summary>
    public const int DiskFailed = 3;

    /// <summary>Where the connection string is, if the store is PostgreSQL.</summary>
    public const string ConnectionString = "TURNPIKE_TEST_CONNECTION";

    public static async Task<int> RunAsync(string folder)
    {
        var connectionString = Environment.GetEnvironmentVariable(ConnectionString);
        var provider = connectionString is null ? "sqlite" : "postgres";
        var options = new StorageOptions { Folder = folder, Provider = provider, ConnectionString = connectionString };
        await using var store = await TestStore.OpenAsync(options);
        var database = store.Database;
        var next = await database.NumberAsync("SELECT count(*) FROM posting");
        if (next == 0) await database.OpenAccountAsync(1, 0);
        // Never twice the same number, also not one that was committed but not acknowledged.
        next += 1_000_000 * await database.NumberAsync("SELECT count(*) + 1 FROM account");
        await database.OpenAccountAsync((int)await database.NumberAsync("SELECT count(*) + 1 FROM account"), 0);
        var storm = Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
        {
            while (true)
            {
                var number = Interlocked.Increment(ref next);
                if (!(await database.PostAsync(1, number, 1)).IsOk) Environment.FailFast("A posting was refused.");
                Console.Out.WriteLine($"{number}.");
            }
        }));
        try
        {
            await storm;
        }
        catch (StorageException) when (storm.Exception!.InnerExceptions.Any(e => e is StorageOutcomeUnknownException))
        {
            return await database.Stopped is StorageOutcomeUnknownException ? DiskFailed : 1;
        }

        return 1;
    }
}
