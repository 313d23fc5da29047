using Turnpike.Kernel.Storage;
using static Turnpike.Kernel.Tests.Storage.StandardWork;

namespace Turnpike.Kernel.Tests.Storage;

public abstract class BulkTests(StoreKind kind)
{
    public sealed class OnSqlite() : BulkTests(StoreKind.Sqlite);

    public sealed class OnPostgres() : BulkTests(StoreKind.Postgres);

    private static readonly string[] Columns = ["id", "number"];
    private static readonly Constraint Id = new("anything", "anything_id", "id");

    [Fact]
    public async Task Rows_written_together_are_read_by_key_in_the_order_of_the_keys()
    {
        await using var store = await OpenAsync();
        Assert.True((await InsertAsync(store, Enumerable.Range(0, 1000).Select(i => (SqlValue[])[i, i / 2]))).IsOk);

        var rows = await store.Database.ReadAsync(snapshot => snapshot.ReadManyAsync(
            "SELECT number, id FROM anything WHERE number = $1 AND id >= $2 ORDER BY id",
            [[7, 0], [400, 801], [5000, 0], [3, 0]], static row => (row.Int64(0), row.Int64(1))), CancellationToken.None);

        Assert.Equal([(7, 14), (7, 15), (400, 801), (3, 6), (3, 7)], rows);
    }

    [Fact]
    public async Task One_row_that_is_there_already_undoes_them_all()
    {
        await using var store = await OpenAsync();
        await InsertAsync(store, [[500, 1]]);
        Assert.Equal(Twice, (await InsertAsync(store, Enumerable.Range(0, 1000).Select(i => (SqlValue[])[i, i]))).Error);
        Assert.Equal(1, await store.Database.NumberAsync("SELECT count(*) FROM anything"));
    }

    [Fact]
    public async Task A_row_with_too_few_values_is_refused_before_it_is_queued()
    {
        await using var store = await OpenAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => InsertAsync(store, [[1, 2], [3]]));
        Assert.True((await InsertAsync(store, [])).IsOk);
        Assert.Equal(0, await store.Database.NumberAsync("SELECT count(*) FROM anything"));
    }

    [Fact]
    public void Locks_are_sorted_and_named_once() => Assert.Equal(["a", "b", "c"], Locks.Of("c", "a", "b", "a").Names);

    private static Task<Result<int>> InsertAsync(TestStore store, IEnumerable<SqlValue[]> rows) =>
        store.Database.CommitAsync<int>(Locks.None, work =>
        {
            work.WriteMany("anything", Columns, [.. rows], (Id, Twice));
            return new(1);
        }, CancellationToken.None);

    private Task<TestStore> OpenAsync() => TestStore.OpenAsync(kind);
}
