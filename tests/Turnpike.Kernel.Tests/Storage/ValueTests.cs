using FsCheck.Fluent;
using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Tests.Storage;

public abstract class ValueTests(StoreKind kind)
{
    public sealed class OnSqlite() : ValueTests(StoreKind.Sqlite);

    public sealed class OnPostgres() : ValueTests(StoreKind.Postgres);

    public static TheoryData<string> Texts => ["", "é😀", new string('x', 5000), "\u0001\uFFFF", "a'b\\c$1"];

    [Theory, MemberData(nameof(Texts))]
    public async Task Text_comes_back_as_it_was(string text)
    {
        await using var store = await OpenAsync();
        Assert.Equal(text, await RoundTripAsync(store, "text", text, static row => row.Text(0)));
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("\0")]
    public async Task A_null_character_comes_back_or_is_refused_but_is_not_lost(string text)
    {
        await using var store = await OpenAsync();
        if (kind == StoreKind.Sqlite) Assert.Equal(text, await RoundTripAsync(store, "text", text, static row => row.Text(0)));
        else await Assert.ThrowsAnyAsync<ArgumentException>(() => RoundTripAsync(store, "text", text, static row => row.Text(0)));
    }

    [Fact]
    public async Task Half_a_surrogate_pair_is_refused_and_not_replaced()
    {
        await using var store = await OpenAsync();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => RoundTripAsync(store, "text", "a\uD800b", static row => row.Text(0)));
    }

    [Fact]
    public async Task No_bytes_are_not_null()
    {
        await using var store = await OpenAsync();
        Assert.Equal(0, await RoundTripAsync(store, "bytes", Array.Empty<byte>(), static row => row.Bytes(0).Length));
        Assert.Equal(0, await RoundTripAsync(store, "bytes", ReadOnlyMemory<byte>.Empty, static row => row.Bytes(0).Length));
        Assert.False(await RoundTripAsync(store, "bytes", Array.Empty<byte>(), static row => row.IsNull(0)));
        Assert.True(await RoundTripAsync(store, "bytes", (byte[]?)null, static row => row.IsNull(0)));
        Assert.True(await RoundTripAsync(store, "text", (string?)null, static row => row.IsNull(0)));
        Assert.True(await RoundTripAsync(store, "number", (long?)null, static row => row.IsNull(0)));
    }

    [Fact]
    public async Task Any_numbers_texts_and_bytes_come_back_as_they_were()
    {
        await using var store = await OpenAsync();
        var cases =
            from number in ArbMap.Default.GeneratorFor<long>()
            from text in ArbMap.Default.GeneratorFor<string>()
            from bytes in ArbMap.Default.GeneratorFor<byte[]>()
            from offset in Gen.Choose(0, 3)
            select (number, text: Whole(text), bytes: bytes ?? [], offset);
        foreach (var (number, text, bytes, offset) in cases.Sample(50, 300))
        {
            Assert.Equal(number, await RoundTripAsync(store, "number", number, static row => row.Int64(0)));
            Assert.Equal(text, await RoundTripAsync(store, "text", text, static row => row.Text(0)));
            var part = bytes.AsMemory(Math.Min(offset, bytes.Length));
            Assert.Equal(part.ToArray(), await RoundTripAsync(store, "bytes", (ReadOnlyMemory<byte>)part, static row => row.Bytes(0)));
        }
    }

    [Fact]
    public void An_unsigned_number_that_would_turn_negative_is_refused()
    {
        Assert.Throws<OverflowException>(() => SqlValue.Checked(ulong.MaxValue));
        Assert.Throws<OverflowException>(() => SqlValue.Checked(1UL << 63));
        Assert.Equal(long.MaxValue, SqlValue.Checked(long.MaxValue).Integer);
    }

    [Fact]
    public async Task A_column_of_another_type_or_length_throws()
    {
        await using var store = await OpenAsync();
        await Assert.ThrowsAsync<InvalidCastException>(() => RoundTripAsync(store, "text", "1", static row => row.Int64(0)));
        await Assert.ThrowsAsync<InvalidCastException>(() => RoundTripAsync(store, "number", (long?)null, static row => row.Int64(0)));
        await Assert.ThrowsAsync<InvalidCastException>(() => RoundTripAsync(store, "bytes", new byte[3], static row => Copy(row, 4)));
        await Assert.ThrowsAsync<OverflowException>(() => RoundTripAsync(store, "number", 1L << 31, static row => row.Int32(0)));
        Assert.Equal([1, 2, 3], await RoundTripAsync(store, "bytes", new byte[] { 1, 2, 3 }, static row => Copy(row, 3)));
    }

    [Fact]
    public async Task Parameters_are_bound_by_number_not_by_first_appearance()
    {
        await using var store = await OpenAsync();
        var row = await store.Database.ReadAsync(s =>
            s.ReadAsync("SELECT $2, $1, $2", static r => (r.Int64(0), r.Int64(1), r.Int64(2)), 1, 2),
            CancellationToken.None);
        Assert.Equal((2, 1, 2), row);
        await Assert.ThrowsAsync<ArgumentException>(() => store.Database.NumberAsync("SELECT $1", 1, 2));
        await Assert.ThrowsAsync<ArgumentException>(() => store.Database.NumberAsync("SELECT ?", 1));
        await Assert.ThrowsAsync<ArgumentException>(() => store.Database.NumberAsync("SELECT 1; SELECT 2"));
    }

    private static string Whole(string? text) => new([.. (text ?? "").Where(c => !char.IsSurrogate(c) && c != '\0')]);

    private static byte[] Copy(SqlRow row, int length)
    {
        var bytes = new byte[length];
        row.CopyBytes(0, bytes);
        return bytes;
    }

    private static async Task<T?> RoundTripAsync<T>(TestStore store, string column, SqlValue value, Func<SqlRow, T> map)
    {
        var written = await store.Database.CommitAsync<int>(Locks.None, work =>
        {
            work.Write("DELETE FROM anything");
            work.Write($"INSERT INTO anything (id, {column}) VALUES (1, $1)", value);
            return new(1);
        }, CancellationToken.None);
        Assert.True(written.IsOk);
        return await store.Database.ReadAsync(snapshot =>
            snapshot.ReadAsync($"SELECT {column} FROM anything", map), CancellationToken.None);
    }

    private Task<TestStore> OpenAsync() => TestStore.OpenAsync(kind);
}
