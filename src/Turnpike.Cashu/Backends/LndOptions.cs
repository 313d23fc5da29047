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
public sealed class LndOptionsValidator : IValidateOptions<LndOptions>
{
    /// <summary>Where the options are bound by default.</summary>
    public const string DefaultSection = "Turnpike:Cashu:Lnd";

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, LndOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        Check(options, errors, DefaultSection);
        return errors.Build();
    }

    /// <summary>Adds what is wrong to <paramref name="errors"/>, for options that hold these as a part.</summary>
    /// <param name="options">What to check.</param>
    /// <param name="errors">Takes one sentence for each fault, named by its key.</param>
    /// <param name="section">The configuration path of the options.</param>
    public static void Check(LndOptions options, ValidateOptionsResultBuilder errors, string section)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(errors);
        NodeOptions.CheckUrl(options.Url, "https://127.0.0.1:8080", errors, $"{section}:Url");
        NodeOptions.CheckFile(options.CertFile, errors, $"{section}:CertFile");
        NodeOptions.CheckSecretFile(options.MacaroonFile, "macaroon", errors, $"{section}:MacaroonFile");
        NodeOptions.CheckTime(
            options.RequestTimeout, TimeSpan.FromSeconds(0.1), TimeSpan.FromMinutes(5), errors, $"{section}:RequestTimeout");
    }
}
