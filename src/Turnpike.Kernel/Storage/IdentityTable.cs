namespace Turnpike.Kernel.Storage;

/// <summary>
/// <c>identity</c>: the public keys of this installation. A seed that leads to others is the wrong one, and whoever goes on with it
/// signs in somebody else's name.
/// </summary>
public static class IdentityTable
{
    /// <summary>Keeps the key on the first start, and compares it on every later one.</summary>
    /// <param name="database">The store.</param>
    /// <param name="name">Whose: <c>system/purpose</c>, as in the key's derivation.</param>
    /// <param name="publicKey">What the seed leads to.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="StorageException">The database belongs to another seed.</exception>
    public static async Task RequireAsync(
        this IDatabase database, string name, ReadOnlyMemory<byte> publicKey, CancellationToken cancellation)
    {
        var kept = await database.CommitAsync<ReadOnlyMemory<byte>>(Locks.Of($"identity/{name}"), async work =>
        {
            var known = await work.ReadAsync("SELECT public_key FROM identity WHERE name = $1", static row => row.Bytes(0), name);
            if (known is not null) return (ReadOnlyMemory<byte>)known;
            work.Write("INSERT INTO identity (name, public_key) VALUES ($1, $2)", name, publicKey);
            return publicKey;
        }, cancellation);
        if (!kept.TryGet(out var key, out _) || !key.Span.SequenceEqual(publicKey.Span))
        {
            throw new StorageException(
                $"The seed is not the one that this database was made with: {name} has another key. Give the seed that belongs to it.");
        }
    }
}
