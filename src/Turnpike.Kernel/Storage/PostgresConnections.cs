using Npgsql;

namespace Turnpike.Kernel.Storage;

/// <summary>Connections to the database, kept in one pool that is as large as all that use it together.</summary>
internal sealed class PostgresConnections : IAsyncDisposable
{
    // The feed's reader, its listener and the lease's; one for who asks what became of a work.
    private const int Others = 4;

    // A session that hangs must not hold what others wait for: rows, named locks, the lock that a fence waits for.
    private const string Session =
        "-c idle_in_transaction_session_timeout=10s -c lock_timeout=5s -c tcp_user_timeout=10s"
        + " -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3";

    private readonly NpgsqlDataSource _source;

    /// <param name="options">The connection string, and how many connections.</param>
    /// <exception cref="StorageException">The connection string is missing or wrong.</exception>
    public PostgresConnections(StorageOptions options)
    {
        var given = options.ReadConnectionString();
        try
        {
            var settings = Settings(new NpgsqlConnectionStringBuilder(given), options);
            Place = $"{settings.Host}:{settings.Port}/{settings.Database}";
            var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString);
            builder.EnableArrays().EnableTransportSecurity().EnableIntegratedSecurity();
            _source = builder.Build();
        }
        catch (ArgumentException)
        {
            // Without what Npgsql says: it may quote a part of the password.
            throw new StorageException(StorageOptions.ConnectionStringSentence);
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

    /// <summary>Forgets the connections that lie idle: when one has died, the others probably have too.</summary>
    public void Forget() => _source.Clear();

    public ValueTask DisposeAsync() => _source.DisposeAsync();

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
