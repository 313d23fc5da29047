using Microsoft.Extensions.Options;

namespace Turnpike.Cashu.Backends;

/// <summary>An LND node, through its REST interface.</summary>
/// <remarks>docs/specs/cashu.md 9.3 and 13.</remarks>
public sealed record LndOptions
{
    /// <summary>Where it is: <c>https://node:8080</c>; a path prefix may follow. http:// only on this machine.</summary>
    public string Url { get; set; } = "";

    /// <summary>The node's certificate or its authority's, PEM; read at each connection. Default: the machine's authorities.</summary>
    public string CertFile { get; set; } = "";

    /// <summary>
    /// The macaroon, as LND writes it (binary) or as hexadecimal digits; read at start. It has to allow: invoices, offchain payments, info.
    /// </summary>
    public string MacaroonFile { get; set; } = "";

    /// <summary>Whether invoices tell the way through private channels. Default no.</summary>
    public bool PrivateRouteHints { get; set; }

    /// <summary>How long an answer may take that does not wait for a payment. Default 10 s, 0.1 s to 5 min.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>Says in sentences what is wrong with <see cref="LndOptions"/>.</summary>
internal static class LndOptionsValidator
{
    /// <summary>Adds a sentence for each fault, named by its key beneath <paramref name="section"/>.</summary>
    public static void Check(LndOptions options, ValidateOptionsResultBuilder errors, string section)
    {
        NodeOptions.CheckConnection(options.Url, "https://127.0.0.1:8080", options.CertFile, options.RequestTimeout, errors, section);
        NodeOptions.CheckSecretFile(options.MacaroonFile, "macaroon", errors, $"{section}:MacaroonFile");
    }
}
