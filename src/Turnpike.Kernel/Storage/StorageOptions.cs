using Microsoft.Extensions.Options;
using Npgsql;

namespace Turnpike.Kernel.Storage;

/// <summary>Where the data is, and the bounds of the store (<c>Turnpike:Storage</c>).</summary>
public sealed record StorageOptions
{
    /// <summary>What is wrong with a connection string that cannot be parsed.</summary>
    internal const string NotUnderstood = "not one that can be understood; it has the form Host=…;Database=…;Username=…;Password=…, "
        + "and a value with ; or = stands in quotation marks";

    /// <summary>
    /// The data folder. Made with owner-only rights if it does not exist; one process at a time uses it. Default <c>data</c>. Only for
    /// SQLite.
    /// </summary>
    public string Folder { get; set; } = "data";

    /// <summary>Which store: <c>sqlite</c>, the default, or <c>postgres</c>, which any number of nodes share.</summary>
    public string Provider { get; set; } = "sqlite";

    /// <summary>How to connect to PostgreSQL: <c>Host=…;Database=…;Username=…;Password=…</c>.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>A file that holds the connection string, so that no secret is in the environment or in the settings.</summary>
    public string? ConnectionStringFile { get; set; }

    /// <summary>
    /// Works that run at once on PostgreSQL, each on a connection of its own. Default 16: beyond four for each of the database's cores
    /// only waiting grows. At most 500.
    /// </summary>
    public int MaxConnections { get; set; } = 16;

    /// <summary>False to start only on a database that <c>turnpike migrate</c> has brought up to date; PostgreSQL. Default true.</summary>
    public bool Migrate { get; set; } = true;

    /// <summary>
    /// Works that share one commit, at most; SQLite. Default 256: more gains nothing, and an error that takes a transaction along takes
    /// all of them. 1 gives every work a commit of its own. At most 4096.
    /// </summary>
    public int MaxBatch { get; set; } = 256;

    /// <summary>Works that wait for their turn, at most; more are refused as retryable. Default 16384, about a second's work.</summary>
    public int MaxWaiting { get; set; } = 16_384;

    /// <summary>Reads that run at once, each on a connection of its own. Default 16; more than cores × 2 only waits for cores.</summary>
    public int MaxReaders { get; set; } = 16;

    /// <summary>Compiled statements kept per connection. Default 256: more than the program has, so only a bound.</summary>
    public int MaxStatements { get; set; } = 256;

    /// <summary>
    /// How long a node holds a lease without renewing it, and so how long work that one node does is left undone when that node dies.
    /// Renewed each third of it. Default 15 s; 1 s to 5 min: below, a short stutter of the database changes hands.
    /// </summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The database file in <see cref="Folder"/>.</summary>
    internal string DatabaseFile => Path.Combine(Folder, "turnpike.db");

    internal bool IsPostgres => Provider == "postgres";

    /// <summary>Without the connection string, which holds a secret.</summary>
    public override string ToString() => $"{nameof(StorageOptions)} {{ {nameof(Provider)} = {Provider} }}";

    /// <summary>The connection string, from wherever it is.</summary>
    /// <exception cref="StorageException">There is none, or its file cannot be read.</exception>
    internal string ReadConnectionString()
    {
        if (!string.IsNullOrWhiteSpace(ConnectionString)) return ConnectionString;
        try
        {
            var text = ConnectionStringFile is { Length: > 0 } file ? File.ReadAllText(file).Trim() : "";
            return text.Length > 0 ? text
                : throw new StorageException("There is no connection string: Turnpike:Storage:ConnectionString, or ConnectionStringFile.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The file with the connection string cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Takes a connection string apart.</summary>
    /// <returns>Null if that cannot be done. What the parser says is not told on: it quotes parts, and one may be the password.</returns>
    internal static NpgsqlConnectionStringBuilder? Parse(string connectionString)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            return settings.Host is { Length: > 0 } ? settings : null;
        }
        catch (Exception exception) when (exception is ArgumentException or KeyNotFoundException or FormatException or OverflowException)
        {
            return null;
        }
    }
}

/// <summary>Says which key is wrong, what it was and what is allowed.</summary>
internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        if (string.IsNullOrWhiteSpace(options.Folder)) errors.AddError("is empty; it names the data folder", "Turnpike:Storage:Folder");
        if (options.Provider is not ("sqlite" or "postgres"))
            errors.AddError($"is '{options.Provider}'; allowed are sqlite and postgres", "Turnpike:Storage:Provider");
        RequireConnectionString(errors, options);
        Require(errors, options.MaxConnections, 1, 500, nameof(options.MaxConnections));
        Require(errors, options.MaxBatch, 1, 4096, nameof(options.MaxBatch));
        Require(errors, options.MaxWaiting, 1, 1_000_000, nameof(options.MaxWaiting));
        Require(errors, options.MaxReaders, 1, 256, nameof(options.MaxReaders));
        Require(errors, options.MaxStatements, 16, 4096, nameof(options.MaxStatements));
        if (options.LeaseDuration < TimeSpan.FromSeconds(1) || options.LeaseDuration > TimeSpan.FromMinutes(5))
            errors.AddError($"is {options.LeaseDuration}; allowed are 00:00:01 to 00:05:00", "Turnpike:Storage:LeaseDuration");
        return errors.Build();
    }

    private static void RequireConnectionString(ValidateOptionsResultBuilder errors, StorageOptions options)
    {
        const string Key = "Turnpike:Storage:ConnectionString";
        var (text, file) = (!string.IsNullOrEmpty(options.ConnectionString), !string.IsNullOrEmpty(options.ConnectionStringFile));
        if (!options.IsPostgres && (text || file)) errors.AddError("is set, but Turnpike:Storage:Provider is not postgres", Key);
        if (options.IsPostgres && text == file)
            errors.AddError($"is {(text ? "set, and so is" : "missing, and so is")} ConnectionStringFile; one of them is needed", Key);
        // The value is not repeated: it holds a password.
        if (text && StorageOptions.Parse(options.ConnectionString!) is null)
            errors.AddError($"is {StorageOptions.NotUnderstood}", Key);
    }

    private static void Require(ValidateOptionsResultBuilder errors, int value, int min, int max, string key)
    {
        if (value < min || value > max) errors.AddError($"is {value}; allowed are {min} to {max}", $"Turnpike:Storage:{key}");
    }
}
