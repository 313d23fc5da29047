using Npgsql;

namespace Turnpike.Kernel.Storage;

/// <summary><c>lease</c> in PostgreSQL, by its clock alone. Each statement is a transaction of its own.</summary>
internal sealed class PostgresLeaseTable(PostgresConnections connections) : ILeaseTable
{
    // Looks before it inserts: who only asks shall neither wait for works under the lease nor leave a dead row each second.
    private const string Take =
        """
        INSERT INTO lease AS l (name, holder, token, until)
        SELECT $1, $2, 1, clock_timestamp() + $3
        WHERE NOT EXISTS (SELECT 1 FROM lease h WHERE h.name = $1 AND h.holder <> $2 AND h.until >= clock_timestamp())
        ON CONFLICT (name) DO UPDATE
        SET holder = excluded.holder, token = l.token + (l.holder <> excluded.holder)::int, until = clock_timestamp() + $3
        WHERE l.holder = excluded.holder OR l.until < clock_timestamp()
        RETURNING token
        """;

    private const string Renew = "UPDATE lease SET until = clock_timestamp() + $3 WHERE name = $1 AND token = $2 RETURNING token";

    private const string Release = "UPDATE lease SET until = '-infinity' WHERE name = $1 AND token = $2";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public bool IsShared => true;

    /// <inheritdoc/>
    public async Task<LeaseGrant?> TryTakeAsync(string name, string holder, TimeSpan duration, CancellationToken cancellation) =>
        await RunAsync(Take, [name, holder, duration], cancellation) is long token ? new LeaseGrant(token, token > 1) : null;

    /// <inheritdoc/>
    public async Task<bool> TryRenewAsync(Lease lease, TimeSpan duration, CancellationToken cancellation) =>
        await RunAsync(Renew, [lease.Name, lease.Token, duration], cancellation) is not null;

    /// <inheritdoc/>
    public Task ReleaseAsync(Lease lease, CancellationToken cancellation) =>
        RunAsync(Release, [lease.Name, lease.Token], cancellation);

    private async Task<object?> RunAsync(string sql, object[] args, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await connections.OpenAsync();
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)Patience.TotalSeconds };
            foreach (var arg in args) command.Parameters.Add(new NpgsqlParameter { Value = arg });
            return await command.ExecuteScalarAsync(cancellation);
        }
        catch (Exception exception) when (PostgresFailure.IsCause(exception))
        {
            connections.Forget();
            throw new PostgresFailure(exception, sql);
        }
    }
}
