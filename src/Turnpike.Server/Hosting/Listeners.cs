using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Turnpike.Server.Hosting;

/// <summary>Opens the listeners, Main and Stream and whatever else <c>Kestrel:Endpoints</c> names, and knows their addresses.</summary>
/// <remarks>
/// All of them go through Kestrel's own configuration, so that an operator's URL or certificate replaces our default of the same name.
/// Only from the endpoint's callback does our middleware run behind TLS; HTTP/1.1 alone, for HTTP/2 would hand it a preface.
/// </remarks>
internal sealed class Listeners
{
    private const string Endpoints = "Kestrel:Endpoints";

    private readonly List<(Listener Listener, ListenOptions Options)> _open = [];

    /// <summary>Main's address with the real port, once the server has started.</summary>
    public string Main => Addresses(stream: false);

    /// <summary>Stream's address with the real port, once the server has started.</summary>
    public string Streams => Addresses(stream: true);

    /// <summary>The real port of event streams, once the server has started; 0 before, or where streams are on no TCP port.</summary>
    public int StreamPort => StreamPorts.FirstOrDefault();

    private IEnumerable<int> StreamPorts => _open.Where(o => o.Listener.IsStream).Select(o => o.Options.IPEndPoint?.Port ?? 0);

    /// <summary>True if only streams and health are served on this port.</summary>
    public bool IsStreamPort(int localPort) => localPort != 0 && StreamPorts.Contains(localPort);

    /// <summary>The settings of Kestrel that follow from ours, for those endpoints that have no URL of their own.</summary>
    public static Dictionary<string, string?> Defaults(ServerOptions options, IConfiguration configuration)
    {
        var defaults = new Dictionary<string, string?>();
        Add(Listener.Main, options.Port);
        Add(Listener.Stream, options.StreamPort);
        return defaults;

        void Add(string name, int port)
        {
            var key = $"{Endpoints}:{name}:Url";
            if (configuration[key] is null) defaults[key] = $"http://{Host(options.Bind, port)}:{port}";
        }
    }

    /// <summary>Refuses an endpoint whose URL is missing or none.</summary>
    /// <exception cref="StartupException">Which one, and what it was.</exception>
    public static void Validate(IConfiguration configuration)
    {
        foreach (var endpoint in configuration.GetSection(Endpoints).GetChildren())
        {
            try
            {
                _ = BindingAddress.Parse(endpoint["Url"] ?? "");
            }
            catch (FormatException e)
            {
                var sentence = $"{endpoint.Path}:Url is '{endpoint["Url"]}'; allowed: a URL such as https://0.0.0.0:9984.";
                throw new StartupException(sentence, isUsage: true, e);
            }
        }
    }

    /// <summary>True if no listener can be reached from another machine.</summary>
    public static bool AllLoopback(IConfiguration configuration) =>
        configuration.GetSection(Endpoints).GetChildren().All(e => e["Url"] is { } url && IsLoopback(BindingAddress.Parse(url)));

    /// <summary>Configures every endpoint of the configuration.</summary>
    /// <param name="kestrel">The server's options.</param>
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="use">What to put on each connection, behind TLS where there is TLS.</param>
    public void Configure(KestrelServerOptions kestrel, IConfiguration configuration, Action<ListenOptions> use)
    {
        var loader = kestrel.Configure(configuration.GetSection("Kestrel"), reloadOnChange: false);
        foreach (var section in configuration.GetSection(Endpoints).GetChildren())
        {
            var listener = new Listener(section.Key);
            loader.Endpoint(section.Key, endpoint =>
            {
                var listen = endpoint.ListenOptions;
                listen.Protocols = HttpProtocols.Http1;
                if (endpoint.IsHttps) UseHttps(listen, endpoint.HttpsOptions);
                listen.Use(next => connection =>
                {
                    connection.Features.Set(listener);
                    return next(connection);
                });
                use(listen);
                _open.Add((listener, listen));
            });
        }
    }

    // Given as options Kestrel would leave out its default certificate; given as a callback it fills it in where none is set.
    private static void UseHttps(ListenOptions listen, HttpsConnectionAdapterOptions configured) =>
        listen.UseHttps(https =>
        {
            https.ServerCertificate = configured.ServerCertificate;
            https.ServerCertificateChain = configured.ServerCertificateChain;
            https.ClientCertificateMode = configured.ClientCertificateMode;
            https.SslProtocols = configured.SslProtocols;
            https.CheckCertificateRevocation = configured.CheckCertificateRevocation;
        });

    private static string Host(string bind, int port)
    {
        // Kestrel cannot choose one free port for two addresses.
        if (bind == "localhost" && port == 0) return "127.0.0.1";
        return IPAddress.TryParse(bind, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? $"[{address}]"
            : bind;
    }

    private static bool IsLoopback(BindingAddress address) =>
        address.IsUnixPipe || address.Host == "localhost"
        || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));

    private string Addresses(bool stream) =>
        string.Join(", ", _open.Where(o => o.Listener.IsStream == stream).Select(o => o.Options.ToString()));
}
