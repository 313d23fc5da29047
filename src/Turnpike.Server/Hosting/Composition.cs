using Microsoft.Extensions.Options;
using Turnpike.Kernel.Sockets;
using Turnpike.Kernel.Storage;
using Turnpike.Server.Health;
using Turnpike.Server.Metrics;

namespace Turnpike.Server.Hosting;

/// <summary>Joins kernel, systems and HTTP server.</summary>
internal static class Composition
{
    /// <summary>Sections beneath <c>Turnpike</c> that the kernel reads.</summary>
    public static readonly string[] KernelSections = ["Events", "Sockets", "Storage"];

    /// <summary>Registers everything.</summary>
    public static void AddServer(
        WebApplicationBuilder builder, ServerOptions options, Listeners listeners, IReadOnlyList<SystemModule> systems)
    {
        var state = new HostState();
        AddLogging(builder, options, state);
        var services = builder.Services;
        services.AddSingleton(state);
        services.AddSingleton<AdminToken>();
        services.AddSingleton(Options.Create(options));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(provider => provider.GetRequiredService<HostState>().Seed);
        services.AddSingleton<PrometheusCollector>();
        services.AddMetrics();
        services.AddRoutingCore();
        services.AddRateLimiter(static _ => { });       // the systems add theirs
        AddStorage(builder, options);
        services.AddTurnpikeSockets();
        services.AddSingleton<StorageHealth>();
        services.AddHealthChecks().AddCheck<StorageHealth>("storage").AddCheck<FeedHealth>("feed");
        services.AddHostedService<OrderlyEnd>();
        services.Configure<HostOptions>(h => h.ShutdownTimeout = TimeSpan.FromSeconds(options.ShutdownSeconds));
        if (OtlpExport.IsWanted(options, builder.Configuration))
            services.AddSingleton(_ => new OtlpExport(options.Otlp.Endpoint, TurnpikeServer.Version));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxRequestBytes;
            listeners.Configure(kestrel, builder.Configuration, static listen => listen.UseTurnpikeSockets());
        });
        foreach (var system in systems) system.Add(services);
    }

    /// <summary>Validates, opens the data folder, maps and listens.</summary>
    /// <returns>The server's logger.</returns>
    public static async Task<ILogger> StartAsync(
        WebApplication app, ServerOptions options, Listeners listeners, IReadOnlyList<SystemModule> systems, CancellationToken cancellation)
    {
        var logger = app.Services.GetRequiredService<ILogger<TurnpikeServer>>();
        var state = app.Services.GetRequiredService<HostState>();
        _ = app.Services.GetRequiredService<PrometheusCollector>();     // listens before anything is measured
        _ = app.Services.GetService<OtlpExport>();
        app.Services.GetService<IStartupValidator>()?.Validate();

        var dev = options.Dev == "on" || (options.Dev == "auto" && Listeners.AllLoopback(app.Configuration));
        var folder = Path.GetFullPath(options.Data);
        var (shared, seed) = (app.Configuration["Turnpike:Storage:Provider"] == "postgres", app.Configuration["Turnpike:SeedFile"]);
        if (shared) SeedFile.RequireNamed(seed);
        var data = shared ? "PostgreSQL" : folder;
        logger.Starting(TurnpikeServer.Version, data, string.Join(", ", systems.Select(s => s.Name)), dev ? "on" : "off");
        _ = app.Services.GetRequiredService<IDatabase>();               // takes the store and brings its tables up to date
        state.Seed = SeedFile.Open(folder, seed, logger);
        app.Services.GetRequiredService<AdminToken>().Open(folder, options.AdminTokenFile, logger);

        Map(new SystemHost(app, dev, listeners), systems);
        await app.StartAsync(cancellation);
        state.HasStarted = true;
        return logger;
    }

    /// <summary>Logs each background service that failed.</summary>
    /// <returns>True if none did.</returns>
    public static bool ReportFailures(WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILogger<TurnpikeServer>>();
        var failed = app.Services.GetServices<IHostedService>().OfType<BackgroundService>()
            .Where(s => s.ExecuteTask is { IsFaulted: true }).ToList();
        foreach (var service in failed) logger.ServiceFailed(service.ExecuteTask!.Exception, service.GetType().Name);
        return failed.Count == 0;
    }

    private static void AddStorage(WebApplicationBuilder builder, ServerOptions options)
    {
        builder.Services.AddTurnpikeStorage();
        if (builder.Configuration["Turnpike:Storage:Folder"] is { } folder)
        {
            var sentence = $"Turnpike:Storage:Folder is '{folder}'; the folder is set by Turnpike:Server:Data (--data).";
            throw new StartupException(sentence, isUsage: true);
        }

        builder.Services.PostConfigure<StorageOptions>(storage => storage.Folder = Path.GetFullPath(options.Data));
    }

    private static void Map(SystemHost host, IReadOnlyList<SystemModule> systems)
    {
        var app = host.App;
        IReadOnlyList<PathString> streamPaths = ["/health", .. systems.SelectMany(s => s.StreamPaths).Select(p => new PathString(p))];
        app.UseMiddleware<ErrorAnswers>();
        app.UseMiddleware<StreamListenerFilter>(streamPaths);
        app.UseMiddleware<AdminGate>();
        app.UseRouting();
        app.UseRateLimiter();
        app.MapHealth();
        app.MapMetrics();
        foreach (var system in systems) system.Map(host);
    }

    private static void AddLogging(WebApplicationBuilder builder, ServerOptions options, HostState state)
    {
        var logging = builder.Logging;
        if (options.Log.Format == "json")
        {
            logging.AddJsonConsole(json =>
            {
                json.UseUtcTimestamp = true;
                json.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            });
        }
        else
        {
            logging.AddSimpleConsole(text =>
            {
                text.SingleLine = true;
                text.UseUtcTimestamp = true;
                text.TimestampFormat = "yyyy-MM-dd HH:mm:ss.fff ";
            });
        }

        logging.SetMinimumLevel(Enum.Parse<LogLevel>(options.Log.Level, ignoreCase: true));
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // While starting, the host's own "failed to start" with its stack trace would say again what we say in a sentence.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => state.HasStarted && level >= LogLevel.Warning);
        logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
    }
}
