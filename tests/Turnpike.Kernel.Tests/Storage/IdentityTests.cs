using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Tests.Storage;

public abstract class IdentityTests(StoreKind kind)
{
    public sealed class OnSqlite() : IdentityTests(StoreKind.Sqlite);

    public sealed class OnPostgres() : IdentityTests(StoreKind.Postgres);

    [Fact]
    public async Task A_database_stays_with_the_key_that_it_first_saw()
    {
        await using var store = await OpenAsync();
        await store.Database.RequireAsync("planetmint/validator", new byte[] { 1, 2, 3 }, CancellationToken.None);
        await store.Database.RequireAsync("planetmint/validator", new byte[] { 1, 2, 3 }, CancellationToken.None);
        await store.Database.RequireAsync("cashu/mint", new byte[] { 9 }, CancellationToken.None);

        var error = await Assert.ThrowsAsync<StorageException>(() =>
            store.Database.RequireAsync("planetmint/validator", new byte[] { 1, 2, 4 }, CancellationToken.None));
        Assert.Contains("planetmint/validator", error.Message, StringComparison.Ordinal);
    }

    private Task<TestStore> OpenAsync() => TestStore.OpenAsync(kind);
}
