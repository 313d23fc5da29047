using System.Diagnostics;
using System.Globalization;
using Turnpike.Kernel.Storage;
using static Turnpike.Kernel.Tests.Storage.StandardWork;

namespace Turnpike.Kernel.Tests.Storage;

public sealed class CrashTests
{
    [Fact]
    public async Task Every_acknowledged_work_is_there_after_kill_9_under_64_callers()
    {
        var options = new StorageOptions { Folder = Directory.CreateTempSubdirectory("turnpike-test-").FullName };
        var acknowledged = new HashSet<long>();
        foreach (var atLeast in new[] { 50, 700, 2000 })
        {
            await StormAsync(options.Folder, atLeast, acknowledged);
            await using var store = await TestStore.OpenAsync(options);
            foreach (var number in acknowledged)
                Assert.Equal(1, await store.Database.NumberAsync("SELECT count(*) FROM posting WHERE key = $1", Posting(number)));
            var postings = await store.Database.NumberAsync("SELECT count(*) FROM posting");
            // At most the works in flight at each kill were committed without a word.
            Assert.InRange(postings, acknowledged.Count, acknowledged.Count + (3 * 64));
            Assert.Equal(postings, await store.Database.NumberAsync("SELECT sum(balance) FROM account"));
            Assert.Equal(postings, await store.Database.NumberAsync("SELECT max(position) FROM event"));
            Assert.Empty(await DatabaseCheck.RunAsync(store.File, CancellationToken.None));
        }

        Directory.Delete(options.Folder, recursive: true);
    }

    private static async Task StormAsync(string folder, int atLeast, HashSet<long> acknowledged)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet")
        {
            ArgumentList = { typeof(CrashTests).Assembly.Location, "storm", folder },
            RedirectStandardOutput = true,
        };
        using var child = Process.Start(start)!;
        for (var told = 0; await child.StandardOutput.ReadLineAsync() is { } line; told++)
        {
            if (told == atLeast) child.Kill();
            // The last line may be torn, and then has no full stop; a line that is whole counts, also after the kill.
            if (line is [.. var number, '.']) acknowledged.Add(long.Parse(number, CultureInfo.InvariantCulture));
        }

        await child.WaitForExitAsync();
        Assert.Equal(128 + 9, child.ExitCode);
    }
}
