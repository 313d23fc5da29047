using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Turnpike.Kernel.Events;

namespace Turnpike.Kernel.Storage;

/// <summary>Registers the store, the feed, the log and retention.</summary>
public static class StorageServices
{
    /// <summary>
    /// Adds <see cref="IDatabase"/>, <see cref="Feed"/> and <see cref="EventLog"/>, with their options
    /// <c>Turnpike:Storage</c> and <c>Turnpike:Events</c>. Each protocol adds its <see cref="MigrationModule"/> as a singleton and
    /// subscribes while services are composed; the feed starts with the host, after every other service that was added before this.
    /// </summary>
    public static IServiceCollection AddTurnpikeStorage(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>();
        services.AddSingleton<IValidateOptions<EventOptions>, EventOptionsValidator>();
        services.AddOptions<StorageOptions>().BindConfiguration("Turnpike:Storage", b =>
            b.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.AddOptions<EventOptions>().BindConfiguration("Turnpike:Events", b =>
            b.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.AddSingleton(Open);
        services.AddSingleton(s => s.GetRequiredService<IDatabase>().Feed);
        services.AddSingleton<EventLog>();
        services.AddHostedService<StorageService>();
        return services;
    }

    // Once, while the host is composed: everything else needs the store.
    private static IDatabase Open(IServiceProvider services) => Database.OpenAsync(
        services.GetRequiredService<IOptions<StorageOptions>>().Value,
        services.GetRequiredService<IOptions<EventOptions>>().Value,
        [.. services.GetServices<MigrationModule>()],
        services.GetRequiredService<TimeProvider>(),
        services.GetRequiredService<IMeterFactory>(),
        services.GetRequiredService<ILoggerFactory>(),
        CancellationToken.None).GetAwaiter().GetResult();
}

/// <summary>Starts the feed when all services have started, runs retention, and ends the process when the store cannot go on.</summary>
internal sealed class StorageService(
    IDatabase database, IOptions<EventOptions> options, TimeProvider clock, ILogger<StorageService> log, IHostApplicationLifetime host)
    : BackgroundService, IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        database.Feed.Start();
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // One node is enough; where another takes over in the middle, the floor says how far it has come.
        var deleting = new Retention(database, database.Feed, options.Value, clock, log);
        var retention = database.Leases.RunAsync("events/retention", (_, token) => deleting.RunAsync(token), stoppingToken);
        await Task.WhenAny(retention, database.Stopped);
        if (database.Stopped.IsCompleted && await database.Stopped is { } reason)
        {
            Environment.ExitCode = 1;
            host.StopApplication();
            throw reason;
        }

        await retention;
    }
}
