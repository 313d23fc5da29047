using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Tests.Storage;

public sealed class BackupTests
{
    [Fact]
    public async Task A_backup_under_load_is_consistent_whole_and_opens()
    {
        await using var store = await TestStore.OpenAsync();
        await store.Database.OpenAccountAsync(1, 0);
        var target = Path.Combine(Directory.CreateTempSubdirectory("turnpike-test-").FullName, "turnpike.db");
        using var stop = new CancellationTokenSource();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var number = 0L;
        var load = Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            while (!stop.IsCancellationRequested)
            {
                var next = Interlocked.Increment(ref number);
                Assert.True((await store.Database.PostAsync(1, next, 1)).IsOk);
                if (next == 300) enough.SetResult();
            }
        }));

        await enough.Task;
        await Backup.WriteAsync(store.File, target, CancellationToken.None);
        await stop.CancelAsync();
        await load;

        Assert.Empty(await DatabaseCheck.RunAsync(target, [], CancellationToken.None));
        Assert.Equal([target], Directory.GetFiles(Path.GetDirectoryName(target)!));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(target));
        await using (var copy = await TestStore.OpenAsync(new StorageOptions { Folder = Path.GetDirectoryName(target)! }))
        {
            var postings = await copy.Database.NumberAsync("SELECT count(*) FROM posting");
            Assert.InRange(postings, 284, number);
            Assert.Equal(postings, await copy.Database.NumberAsync("SELECT balance FROM account"));
            Assert.Equal(postings, await copy.Database.NumberAsync("SELECT count(*) FROM event"));
            Assert.True((await copy.Database.PostAsync(1, -1, 1)).IsOk);
        }

        Directory.Delete(Path.GetDirectoryName(target)!, recursive: true);
    }

    [Fact]
    public async Task A_backup_overwrites_nothing_and_leaves_nothing_behind_where_it_fails()
    {
        await using var store = await TestStore.OpenAsync();
        var folder = Directory.CreateTempSubdirectory("turnpike-test-").FullName;
        var target = Path.Combine(folder, "copy.db");
        await File.WriteAllTextAsync(target, "precious");

        var exists = await Assert.ThrowsAsync<StorageException>(() => Backup.WriteAsync(store.File, target, CancellationToken.None));
        Assert.Equal($"{target} exists; a backup overwrites nothing.", exists.Message);
        Assert.Equal("precious", await File.ReadAllTextAsync(target));
        var missing = await Assert.ThrowsAsync<StorageException>(() =>
            Backup.WriteAsync(store.File + "x", target + "2", CancellationToken.None));
        Assert.Equal($"There is no database {store.File}x.", missing.Message);
        var noFolder = Path.Combine(folder, "none", "copy.db");
        await Assert.ThrowsAsync<StorageException>(() => Backup.WriteAsync(store.File, noFolder, CancellationToken.None));
        var noDatabase = await Assert.ThrowsAsync<StorageException>(() =>
            Backup.WriteAsync(WriteNoise(folder), target + "3", CancellationToken.None));
        Assert.Contains("was not written: ", noDatabase.Message, StringComparison.Ordinal);
        Assert.Equal(["copy.db", "noise"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_check_finds_an_orphan_a_damaged_page_and_a_file_that_is_no_database()
    {
        var options = new StorageOptions { Folder = Directory.CreateTempSubdirectory("turnpike-test-").FullName };
        await using (var store = await TestStore.OpenAsync(options))
        {
            await store.Database.OpenAccountAsync(1, 0);
            for (var i = 0; i < 200; i++) await store.Database.PostAsync(1, i, 1);
            Assert.Empty(await DatabaseCheck.RunAsync(store.File, [], CancellationToken.None));
        }

        using (var connection = SqliteConnection.Open(options.DatabaseFile, create: false, 16)) connection.Script("DELETE FROM account");
        Assert.Equal(["200 rows of posting refer to no row of account"],
            await DatabaseCheck.RunAsync(options.DatabaseFile, [], CancellationToken.None));

        var bytes = await File.ReadAllBytesAsync(options.DatabaseFile);
        bytes.AsSpan(bytes.Length - 4096 * 3).Fill(0xA5);
        await File.WriteAllBytesAsync(options.DatabaseFile, bytes);
        IReadOnlyList<string> faults = [];
        var exception = await Record.ExceptionAsync(async () =>
            faults = await DatabaseCheck.RunAsync(options.DatabaseFile, [], CancellationToken.None));
        Assert.True(exception is StorageException || faults.Count > 0);

        var noise = WriteNoise(options.Folder);
        var none = await Assert.ThrowsAsync<StorageException>(() => DatabaseCheck.RunAsync(noise, [], CancellationToken.None));
        Assert.Equal($"{noise} is not a SQLite database.", none.Message);
        Directory.Delete(options.Folder, recursive: true);
    }

    private static string WriteNoise(string folder)
    {
        var file = Path.Combine(folder, "noise");
        File.WriteAllText(file, string.Concat(Enumerable.Repeat("not a database ", 500)));
        return file;
    }
}
