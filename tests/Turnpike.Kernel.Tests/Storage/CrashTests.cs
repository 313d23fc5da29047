using System.Diagnostics;
using System.Globalization;
using Turnpike.Kernel.Storage;
using static Turnpike.Kernel.Tests.Storage.StandardWork;

namespace Turnpike.Kernel.Tests.Storage;

public sealed class CrashTests
{
    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Every_acknowledged_work_is_there_after_kill_9_under_64_callers(StoreKind kind)
    {
        var options = new StorageOptions { Folder = Directory.CreateTempSubdirectory("turnpike-test-").FullName };
        await (await TestStore.OpenAsync(kind, options)).DisposeAsync();
        var acknowledged = new HashSet<long>();
        int[] rounds = [50, 700, 2000];
        foreach (var (round, atLeast) in rounds.Index())
        {
            Assert.Equal(128 + 9, await StormAsync("exec \"$@\"", options, acknowledged, killAfter: atLeast));
            await RequireAllAsync(options, acknowledged, inFlight: (round + 1) * 64);
        }

        Directory.Delete(options.Folder, recursive: true);
    }

    [Fact]
    public async Task A_disk_that_fails_in_a_commit_stops_the_store_and_loses_nothing_acknowledged()
    {
        var options = new StorageOptions { Folder = Directory.CreateTempSubdirectory("turnpike-test-").FullName };
        var acknowledged = new HashSet<long>();
        // No file may grow beyond 1 MB: to SQLite that is an I/O error, and the first to meet it is the log, at a COMMIT.
        const string Limited = "trap '' XFSZ; ulimit -f 2048; exec \"$@\"";
        Assert.Equal(CrashChild.DiskFailed, await StormAsync(Limited, options, acknowledged, killAfter: int.MaxValue));
        Assert.NotEmpty(acknowledged);
        await RequireAllAsync(options, acknowledged, inFlight: 64);
        Directory.Delete(options.Folder, recursive: true);
    }

    /// <summary>
    /// Opens the store anew: every acknowledged posting is there, at most those in flight beside them, and the books hold.
    /// </summary>
    private static async Task RequireAllAsync(StorageOptions options, HashSet<long> acknowledged, int inFlight)
    {
        await using var store = await TestStore.OpenAsync(options);
        foreach (var number in acknowledged)
            Assert.Equal(1, await store.Database.NumberAsync("SELECT count(*) FROM posting WHERE key = $1", Posting(number)));
        var postings = await store.Database.NumberAsync("SELECT count(*) FROM posting");
        Assert.InRange(postings, acknowledged.Count, acknowledged.Count + inFlight);
        Assert.Equal(postings, await store.Database.NumberAsync("SELECT CAST(sum(balance) AS BIGINT) FROM account"));
        Assert.Equal(postings, await store.Database.NumberAsync("SELECT count(*) FROM event"));
        if (options.Provider == "sqlite") Assert.Empty(await DatabaseCheck.RunAsync(store.File, [], CancellationToken.None));
    }

    /// <summary>Runs the child and gathers what it acknowledges, until it ends or is killed.</summary>
    /// <returns>Its exit code.</returns>
    private static async Task<int> StormAsync(string shell, StorageOptions options, HashSet<long> acknowledged, int killAfter)
    {
        var dotnet = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet";
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", shell, "sh", dotnet, typeof(CrashTests).Assembly.Location, "storm", options.Folder },
            RedirectStandardOutput = true,
        };
        // The runtime would map its code twice through a large file, which the limit forbids.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        if (options.ConnectionString is { } connectionString) start.Environment[CrashChild.ConnectionString] = connectionString;
        using var child = Process.Start(start)!;
        for (var told = 0; await child.StandardOutput.ReadLineAsync() is { } line; told++)
        {
            if (told == killAfter) child.Kill();
            // The last line may be torn, and then has no full stop; a line that is whole counts, also after the kill.
            if (line is [.. var number, '.']) acknowledged.Add(long.Parse(number, CultureInfo.InvariantCulture));
        }

        await child.WaitForExitAsync();
        return child.ExitCode;
    }
}
