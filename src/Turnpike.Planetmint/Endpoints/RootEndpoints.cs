using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Turnpike.Planetmint.Endpoints;

/// <summary>The documents by which drivers find everything else, and this node's key.</summary>
/// <remarks>planetmint.md 1.</remarks>
internal sealed class RootEndpoints(IOptions<PlanetmintOptions> options, NodeKey key, Func<int> streamPort)
{
    private const string Docs = "https://docs.planetmint.io/";

    private static readonly string Version = typeof(RootEndpoints).Assembly.GetName().Version!.ToString(3);

    private static readonly (string Name, string Path)[] Paths =
    [
        ("assets", "/assets/"), ("blocks", "/blocks/"), ("docs", ""), ("metadata", "/metadata/"), ("outputs", "/outputs/"),
        ("streamedblocks", "valid_blocks"), ("streams", "valid_transactions"),
        ("transactions", "/transactions/"), ("validators", "/validators"),
    ];

    private readonly AdvertisedOptions _advertised = options.Value.Stream.Advertised;

    /// <summary><c>GET /</c>.</summary>
    public Task RootAsync(HttpContext http) => WriteAsync(http, json =>
    {
        json.WriteStartObject("api"u8);
        json.WriteStartObject("v1"u8);
        WriteApi(json, http, "/api/v1");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("docs"u8, Docs);
        json.WriteString("software"u8, "Turnpike"u8);
        json.WriteString("version"u8, Version);
    });

    /// <summary><c>GET /api/v1/</c>.</summary>
    public Task ApiAsync(HttpContext http) => WriteAsync(http, json => WriteApi(json, http, ""));

    /// <summary><c>GET /api/v1/validators</c>: this node alone.</summary>
    public Task ValidatorsAsync(HttpContext http)
    {
        var value = Convert.ToBase64String(key.PublicKey.Span);
        return Answer.JsonAsync(http, Encoding.ASCII.GetBytes(
            $"[{{\"public_key\":{{\"type\":\"ed25519-base64\",\"value\":\"{value}\"}},\"voting_power\":10}}]"));
    }

    private void WriteApi(Utf8JsonWriter json, HttpContext http, string prefix)
    {
        foreach (var (name, path) in Paths)
        {
            json.WriteString(name, name switch
            {
                "docs" => Docs,
                "streams" or "streamedblocks" => $"{StreamAddress(http)}/api/v1/streams/{path}",
                _ => prefix + path,
            });
        }
    }

    private string StreamAddress(HttpContext http)
    {
        var isSecure = http.Request.IsHttps || http.Request.Headers["X-Forwarded-Proto"] == "https";
        var host = _advertised.Host ?? (http.Request.Host.Host is { Length: > 0 } asked ? asked : "localhost");
        return $"{_advertised.Scheme ?? (isSecure ? "wss" : "ws")}://{host}:{_advertised.Port ?? streamPort()}";
    }

    private static Task WriteAsync(HttpContext http, Action<Utf8JsonWriter> write)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Answer.JsonAsync(http, body.ToArray());
    }
}
