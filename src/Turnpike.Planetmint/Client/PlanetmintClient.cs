namespace Turnpike.Planetmint.Client;

/// <summary>A typed client of one Planetmint node: its HTTP API and its event streams. Safe for use from many threads.</summary>
/// <remarks>planetmint.md 2, 3 and 8. Uses HTTP and WebSocket only, nothing of the server's.</remarks>
public sealed partial class PlanetmintClient : IDisposable
{
    private readonly PlanetmintClientOptions _options;
    private readonly NodeHttp _http;
    private readonly Uri _streams;

    /// <summary>Makes a client; nothing is sent yet.</summary>
    /// <param name="options">Where the node is.</param>
    public PlanetmintClient(PlanetmintClientOptions options)
    {
        var node = WithSlash(options.Node);
        _options = options with { Node = node };
        _http = new NodeHttp(_options);
        var streams = new UriBuilder(WithSlash(options.Stream ?? node));
        streams.Scheme = streams.Scheme is "https" or "wss" ? "wss" : "ws";
        _streams = streams.Uri;
    }

    /// <summary>Ends the HTTP connections. Streams that are being read go on until their reader leaves.</summary>
    public void Dispose() => _http.Dispose();

    private static Uri WithSlash(Uri address) => address.AbsolutePath.EndsWith('/') ? address : new Uri(address + "/");
}
