using System.Data;
using Npgsql;

namespace Turnpike.Kernel.Storage;

/// <summary>
/// Connections to the database: kept in one pool that is as large as all that use it together, and for the feed outside of it.
/// </summary>
internal sealed class PostgresConnections : IAsyncDisposable
{
    // The lease's, and one for who asks what became of a work.
    private const int Others = 2;

    // A session that hangs must not hold what others wait for: rows, named locks, a position in the events.
    private const string Session =
        "-c idle_in_transaction_session_timeout=10s -c lock_timeout=5s -c tcp_user_timeout=10s"
        + " -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3";

    private const string Patient = " -c idle_in_transaction_session_timeout=0";

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlDataSource _own;

    /// <param name="options">The connection string, and how many connections.</param>
    /// <param name="patient">For who alone waits, such as a check of all there is: statements may take as long as they take.</param>
    /// <exception cref="StorageException">The connection string is missing or wrong.</exception>
    public PostgresConnections(StorageOptions options, bool patient = false)
    {
        var given = StorageOptions.Parse(options.ReadConnectionString())
            ?? throw new StorageException($"The connection string is {StorageOptions.NotUnderstood}.");
        try
        {
            var settings = Settings(given, options);
            if (patient) (settings.CommandTimeout, settings.Options) = (0, settings.Options + Patient);
            Place = $"{settings.Host}:{settings.Port}/{settings.Database}";
            _source = Source(settings);
            _own = Source(Own(settings));
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or NotSupportedException)
        {
            // Settings that exclude each other; Npgsql names them, not their values.
            throw new StorageException($"The connection string cannot be used: {exception.Message}", exception);
        }
    }

    /// <summary>Host, port and database, for logs: no names of users, no secrets.</summary>
    public string Place { get; }

    /// <summary>A connection from the pool, or a new one.</summary>
    /// <exception cref="PostgresFailure">The database cannot be reached, or refuses.</exception>
    public async ValueTask<NpgsqlConnection> OpenAsync()
    {
        try
        {
            return await _source.OpenConnectionAsync(CancellationToken.None);
        }
        catch (Exception exception) when (PostgresFailure.IsCause(exception))
        {
            throw new PostgresFailure(exception, "connect to " + Place);
        }
    }

    /// <summary>A connection that its owner keeps, with whatever is set on it; it ends when it is disposed of.</summary>
    /// <exception cref="PostgresFailure">The database cannot be reached, or refuses.</exception>
    public async Task<NpgsqlConnection> OpenOwnAsync(CancellationToken cancellation)
    {
        try
        {
            return await _own.OpenConnectionAsync(cancellation);
        }
        catch (Exception exception) when (PostgresFailure.IsCause(exception))
        {
            throw new PostgresFailure(exception, "connect to " + Place);
        }
    }

    /// <summary>Undoes whatever a connection has begun.</summary>
    /// <returns>False if the connection is gone, and the transaction with it.</returns>
    public static async Task<bool> TryRollBackAsync(NpgsqlConnection connection)
    {
        if (connection.State != ConnectionState.Open) return false;
        try
        {
            await using var command = new NpgsqlCommand("ROLLBACK", connection);
            await command.ExecuteNonQueryAsync();
            return true;
        }
        catch (Exception exception) when (PostgresFailure.IsCause(exception))
        {
            return false;
        }
    }

    /// <summary>Forgets the connections that lie idle: when one has died, the others probably have too.</summary>
    public void Forget() => _source.Clear();

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _own.DisposeAsync();
    }

    private static NpgsqlDataSource Source(NpgsqlConnectionStringBuilder settings)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString);
        builder.EnableArrays().EnableTransportSecurity().EnableIntegratedSecurity();
        return builder.Build();
    }

    // Who only listens would not notice that the other side is gone; who asks little and often need not wait long for an answer.
    private static NpgsqlConnectionStringBuilder Own(NpgsqlConnectionStringBuilder settings) => new(settings.ConnectionString)
    {
        Pooling = false,
        KeepAlive = 5,
        CommandTimeout = 10,
        ReadBufferSize = 65_536,        // a page of events in a few reads
    };

    private static NpgsqlConnectionStringBuilder Settings(NpgsqlConnectionStringBuilder settings, StorageOptions options)
    {
        settings.ApplicationName = "turnpike";
        settings.Pooling = true;
        settings.Multiplexing = false;
        settings.MaxPoolSize = options.MaxConnections + options.MaxReaders + Others;
        settings.NoResetOnClose = true;                 // nothing is set on a session, and the reset would be a round trip
        settings.MaxAutoPrepare = options.MaxStatements;
        settings.AutoPrepareMinUsages = 2;
        settings.IncludeFailedBatchedCommand = true;    // which write it was that violated a constraint
        settings.IncludeErrorDetail = false;            // the detail quotes values
        settings.PersistSecurityInfo = false;
        settings.Enlist = false;
        settings.TcpKeepAlive = true;
        settings.TcpKeepAliveTime = 5;
        settings.TcpKeepAliveInterval = 2;
        if (!settings.ShouldSerialize("Timeout")) settings.Timeout = 5;
        settings.Options = string.IsNullOrWhiteSpace(settings.Options) ? Session : $"{Session} {settings.Options}";
        return settings;
    }
}
