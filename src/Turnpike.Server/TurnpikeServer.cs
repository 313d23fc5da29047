using System.Reflection;
using Microsoft.Extensions.Options;
using Turnpike.Kernel.Crypto;
using Turnpike.Server.Hosting;

namespace Turnpike.Server;

/// <summary>A running server: the same for <c>turnpike serve</c>, the demonstration and tests.</summary>
public sealed class TurnpikeServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TurnpikeServer(WebApplication app, Listeners listeners)
    {
        _app = app;
        Main = listeners.Main;
        Streams = listeners.Streams;
    }

    /// <summary>The version of this program.</summary>
    public static string Version { get; } =
        typeof(TurnpikeServer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>The address of everything, with the real port, for example <c>http://127.0.0.1:9984</c>.</summary>
    public string Main { get; }

    /// <summary>The address of event streams and health, with the real port.</summary>
    public string Streams { get; }

    /// <summary>The server's services.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Reads the configuration, opens the data folder, and starts to listen.</summary>
    /// <param name="settings">What the command line says: wins over the environment, which wins over <c>appsettings.json</c>.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <exception cref="StartupException">A setting is wrong, a port taken, the data folder of no use, a library missing.</exception>
    public static async Task<TurnpikeServer> StartAsync(IReadOnlyDictionary<string, string?> settings, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Turnpike.Server" });
        WebApplication? app = null;
        try
        {
            NativeLibraries.Require();
            ReadConfiguration(builder.Configuration, settings);
            var options = Bind(builder.Configuration);
            var systems = Systems.All.Where(s => s.IsEnabled(builder.Configuration)).ToList();
            var listeners = new Listeners();
            Composition.AddServer(builder, options, listeners, systems);
            app = builder.Build();
            var server = await Composition.StartAsync(app, options, listeners, systems, cancellation);
            var ready = new TurnpikeServer(app, listeners);
            server.Ready(ready.Main, ready.Streams);
            return ready;
        }
        catch (Exception e) when (StartErrors.Explain(e, builder.Configuration) is { } sentence)
        {
            if (app is not null) await app.DisposeAsync();
            throw sentence;
        }
    }

    /// <summary>Waits for SIGINT, SIGTERM or <see cref="StopAsync"/> and ends in order.</summary>
    /// <returns>True if it ended because it was asked to, false if a part of the server failed.</returns>
    public async Task<bool> WaitAsync()
    {
        await _app.WaitForShutdownAsync();
        return Composition.ReportFailures(_app);
    }

    /// <summary>Ends in order: no new requests, what is queued goes out, sockets are closed with 1001.</summary>
    public Task StopAsync(CancellationToken cancellation) => _app.StopAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    internal static void ReadConfiguration(ConfigurationManager configuration, IReadOnlyDictionary<string, string?> settings)
    {
        configuration.SetBasePath(Environment.CurrentDirectory);
        configuration.AddJsonFile("appsettings.json", optional: true, reloadOnChange: false);
        configuration.AddEnvironmentVariables();
        configuration.AddInMemoryCollection(settings);
        string[] known = ["Server", "SeedFile", .. Composition.KernelSections, .. Systems.All.Select(s => s.Name)];
        SettingsErrors.RefuseUnknownSections(configuration, known);
    }

    private static ServerOptions Bind(ConfigurationManager configuration)
    {
        var options = new ServerOptions();
        configuration.GetSection(ServerOptions.Section).Bind(options, b => b.ErrorOnUnknownConfiguration = true);
        var result = new ServerOptionsValidator().Validate(null, options);
        if (result.Failed) throw new OptionsValidationException(ServerOptions.Section, typeof(ServerOptions), result.Failures);
        configuration.AddInMemoryCollection(Listeners.Defaults(options, configuration));
        Listeners.Validate(configuration);
        return options;
    }
}
