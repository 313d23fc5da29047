using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Turnpike.Kernel.Storage;
using Turnpike.Server.Hosting;

namespace Turnpike.Server;

/// <summary>What is done to a store without a server, by the same settings as the server's.</summary>
public static class Maintenance
{
    /// <summary>The settings of the store: <c>appsettings.json</c>, the environment, and what is given here, which wins.</summary>
    /// <exception cref="StartupException">A setting is wrong.</exception>
    public static StorageOptions ReadStorage(IReadOnlyDictionary<string, string?> settings) => Explained(settings, BindStorage);

    /// <summary>Brings the tables of the systems that the settings enable up to date; PostgreSQL.</summary>
    /// <returns>What was applied: <c>module/migration</c>; empty if nothing was missing.</returns>
    /// <exception cref="StartupException">A setting is wrong.</exception>
    /// <exception cref="StorageException">The database cannot be used, or is newer than the program, or a migration failed.</exception>
    public static Task<IReadOnlyList<string>> MigrateAsync(IReadOnlyDictionary<string, string?> settings, CancellationToken cancellation)
    {
        var (options, modules) = Explained(settings, configuration => (BindStorage(configuration), Modules(configuration)));
        return Database.MigrateAsync(options, modules, TimeProvider.System, NullLoggerFactory.Instance, cancellation);
    }

    private static T Explained<T>(IReadOnlyDictionary<string, string?> settings, Func<IConfiguration, T> read)
    {
        using var configuration = new ConfigurationManager();
        try
        {
            TurnpikeServer.ReadConfiguration(configuration, settings);
            return read(configuration);
        }
        catch (Exception exception) when (SettingsErrors.Explain(exception, configuration) is { } sentence)
        {
            throw sentence;
        }
    }

    private static StorageOptions BindStorage(IConfiguration configuration)
    {
        var services = new ServiceCollection();
        services.AddSingleton(configuration);
        services.AddTurnpikeStorage();
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<StorageOptions>>().Value;
    }

    private static List<MigrationModule> Modules(IConfiguration configuration)
    {
        var services = new ServiceCollection();
        foreach (var system in Systems.All.Where(s => s.IsEnabled(configuration))) system.Add(services);
        return [.. services.Where(s => s.ServiceType == typeof(MigrationModule)).Select(s => (MigrationModule)s.ImplementationInstance!)];
    }
}
