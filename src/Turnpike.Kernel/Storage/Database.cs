using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Turnpike.Kernel.Events;

namespace Turnpike.Kernel.Storage;

/// <summary>Opens the store that the options name.</summary>
public static class Database
{
    /// <summary>Opens the store, brings its tables up to date and begins to take works.</summary>
    /// <param name="options">Which store, where its data is, and the bounds.</param>
    /// <param name="events">The feed's bounds and how long events are kept.</param>
    /// <param name="modules">Whose migrations to apply; the kernel's own come first without being named.</param>
    /// <param name="clock">Dates events and migrations.</param>
    /// <param name="meters">Makes the meter <c>Turnpike.Kernel</c>.</param>
    /// <param name="loggers">Makes the loggers of store and feed.</param>
    /// <param name="cancellation">Looked at before anything is taken.</param>
    /// <exception cref="StorageException">
    /// The store is in use, read-only, full or away; or it is not ours, or newer than the program.
    /// </exception>
    public static Task<IDatabase> OpenAsync(StorageOptions options, EventOptions events, IReadOnlyList<MigrationModule> modules,
        TimeProvider clock, IMeterFactory meters, ILoggerFactory loggers, CancellationToken cancellation) =>
        options.IsPostgres
            ? PostgresDatabase.OpenAsync(options, events, modules, clock, meters, loggers, cancellation)
            : SqliteDatabase.OpenAsync(options, events, modules, clock, meters, loggers, cancellation);

    /// <summary>Brings a PostgreSQL database up to date and lets go of it; for operators who don't let nodes migrate.</summary>
    /// <inheritdoc cref="OpenAsync"/>
    /// <returns>What was applied: <c>module/migration</c>; empty if nothing was missing.</returns>
    public static Task<IReadOnlyList<string>> MigrateAsync(StorageOptions options, IReadOnlyList<MigrationModule> modules,
        TimeProvider clock, ILoggerFactory loggers, CancellationToken cancellation) =>
        options.IsPostgres ? PostgresDatabase.MigrateAsync(options, modules, clock, loggers, cancellation)
            : throw new StorageException("Only a PostgreSQL database is migrated by itself; over SQLite the server does it at its start.");
}
