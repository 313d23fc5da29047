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
    public async Task Columns_of_nothing_but_null_and_of_mixed_values_are_written_and_read_as_they_were()
    {
        await using var store = await OpenAsync();
        string[] columns = ["id", "number", "text", "bytes"];
        SqlValue[][] rows = [[11, SqlValue.Null, "a", new byte[] { 1 }], [12, SqlValue.Null, SqlValue.Null, SqlValue.Null],
            [13, SqlValue.Null, "", Array.Empty<byte>()]];
        var written = await store.Database.CommitAsync<int>(Locks.None, work =>
        {
            work.WriteMany("anything", columns, rows);
            work.WriteMany("anything", ["number", "text"], [[SqlValue.Null, SqlValue.Null]]);
            return new(1);
        }, CancellationToken.None);
        Assert.True(written.IsOk);

        var read = await store.Database.ReadAsync(snapshot => snapshot.ReadManyAsync(
            "SELECT id, text, bytes FROM anything WHERE id = $1 AND number IS NULL AND $2 IS NULL",
            [[13, SqlValue.Null], [11, SqlValue.Null], [12, SqlValue.Null]],
            static row => (row.Int64(0), row.IsNull(1) ? null : row.Text(1), row.IsNull(2) ? -1 : row.Bytes(2).Length)),
            CancellationToken.None);
        Assert.Equal([(13, "", 0), (11, "a", 1), (12, null, -1)], read);
        Assert.Equal(4, await store.Database.NumberAsync("SELECT count(*) FROM anything"));
    }

    [Fact]
    public async Task Bytes_that_are_a_part_of_others_are_written_as_that_part()
    {
        await using var store = await OpenAsync();
        var bytes = new byte[] { 1, 2, 3, 4 };
        await store.Database.CommitAsync<int>(Locks.None, work =>
        {
            work.WriteMany("anything", ["id", "bytes"], [[1, (ReadOnlyMemory<byte>)bytes.AsMemory(1, 2)]]);
            return new(1);
        }, CancellationToken.None);
        var read = await store.Database.ReadAsync(snapshot => snapshot.ReadManyAsync(
            "SELECT bytes FROM anything WHERE bytes = $1", [[(ReadOnlyMemory<byte>)bytes.AsMemory(1, 2)]], static row => row.Bytes(0)),
            CancellationToken.None);
        Assert.Equal([2, 3], Assert.Single(read));
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
