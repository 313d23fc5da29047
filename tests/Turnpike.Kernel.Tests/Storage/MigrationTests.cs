using System.Reflection;
using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Tests.Storage;

public abstract class MigrationTests(StoreKind kind)
{
    private static readonly Assembly Here = Assembly.GetExecutingAssembly();

    public sealed class OnSqlite() : MigrationTests(StoreKind.Sqlite);

    public sealed class OnPostgres() : MigrationTests(StoreKind.Postgres);

    [Theory]
    [InlineData("INSERT INTO migration VALUES ('Test', 2, '0002_later', {0}, 0)",
        "written by a newer program: it has migration Test/0002_later")]
    [InlineData("INSERT INTO migration VALUES ('Kernel', 9, '0009_later', {0}, 0)",
        "it has migration Kernel/0009_later, this program knows")]
    [InlineData("UPDATE migration SET hash = {0} WHERE module = 'Test'", "Migration Test/0001_test is not what it was")]
    public async Task A_database_that_is_newer_or_other_than_the_program_is_refused(string change, string sentence)
    {
        var options = await NewAsync();
        await ChangeAsync(options, change);
        var exception = await Assert.ThrowsAsync<StorageException>(() => TestStore.OpenAsync(options));
        Assert.Contains(sentence, exception.Message, StringComparison.Ordinal);
        Delete(options);
    }

    [Fact]
    public async Task A_migration_that_fails_is_undone_as_a_whole_and_a_module_without_any_is_a_bug()
    {
        var options = await NewAsync();
        var failed = await Assert.ThrowsAsync<StorageException>(() => TestStore.OpenAsync(options, [new MigrationModule("Broken", Here)]));
        Assert.StartsWith("Migration Broken/0001_broken failed and was undone: ", failed.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => TestStore.OpenAsync(options, [new MigrationModule("None", Here)]));
        await using (var store = await TestStore.OpenAsync(options))
        {
            Assert.Equal(0, await store.Database.NumberAsync("SELECT count(*) FROM migration WHERE module = 'Broken'"));
            await Assert.ThrowsAnyAsync<StorageException>(() => store.Database.NumberAsync("SELECT count(*) FROM half"));
        }

        Delete(options);
    }

    private async Task<StorageOptions> NewAsync()
    {
        var options = new StorageOptions { Folder = Directory.CreateTempSubdirectory("turnpike-test-").FullName };
        await using var store = await TestStore.OpenAsync(kind, options);
        return options;
    }

    private async Task ChangeAsync(StorageOptions options, string change)
    {
        if (kind == StoreKind.Postgres)
        {
            await using var side = await PostgresSide.ConnectAsync(options.ConnectionString!);
            await side.ExecuteAsync(change.Replace("{0}", "decode(repeat('00', 32), 'hex')", StringComparison.Ordinal));
            return;
        }

        using var connection = SqliteConnection.Open(options.DatabaseFile, create: false, 16);
        connection.Script(change.Replace("{0}", "zeroblob(32)", StringComparison.Ordinal));
    }

    private static void Delete(StorageOptions options) => Directory.Delete(options.Folder, recursive: true);
}
