using Microsoft.Extensions.Options;

namespace Turnpike.Cashu.Backends;

/// <summary>A Core Lightning node (24.11 or later), through its REST interface.</summary>
/// <remarks>docs/specs/cashu.md 9.4 and 13.</remarks>
public sealed record ClnOptions
{
    /// <summary>Where it is: <c>https://node:3010</c>; a path prefix may follow. http:// only on this machine.</summary>
    public string Url { get; set; } = "";

    /// <summary>The node's certificate or its authority's, PEM; read at each connection. Default: the machine's authorities.</summary>
    public string CertFile { get; set; } = "";

    /// <summary>
    /// The rune, as text; read at start. It has to allow: invoice, delinvoice, getinfo, listinvoices, listpays, listpeerchannels,
    /// waitanyinvoice, xpay.
    /// </summary>
    public string RuneFile { get; set; } = "";

    /// <summary>How long an answer may take that does not wait for a payment. Default 10 s, 0.1 s to 5 min.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The longest that the node may go on trying one payment. No second send, and no failure after a lost answer, until a minute more
    /// has passed. Default 60 s, 1 s to 10 min.
    /// </summary>
    public TimeSpan RetryFor { get; set; } = TimeSpan.FromSeconds(60);
}

/// <summary>Says in sentences what is wrong with <see cref="ClnOptions"/>.</summary>
internal static class ClnOptionsValidator
{
    /// <summary>Adds a sentence for each fault, named by its key beneath <paramref name="section"/>.</summary>
    public static void Check(ClnOptions options, ValidateOptionsResultBuilder errors, string section)
    {
        NodeOptions.CheckConnection(options.Url, "https://127.0.0.1:3010", options.CertFile, options.RequestTimeout, errors, section);
        NodeOptions.CheckSecretFile(options.RuneFile, "rune", errors, $"{section}:RuneFile");
        NodeOptions.CheckTime(options.RetryFor, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), errors, $"{section}:RetryFor");
    }
}
