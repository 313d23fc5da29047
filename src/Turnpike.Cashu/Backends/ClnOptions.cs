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
public sealed class ClnOptionsValidator : IValidateOptions<ClnOptions>
{
    /// <summary>Where the options are bound by default.</summary>
    public const string DefaultSection = "Turnpike:Cashu:Cln";

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ClnOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        Check(options, errors, DefaultSection);
        return errors.Build();
    }

    /// <summary>Adds what is wrong to <paramref name="errors"/>, for options that hold these as a part.</summary>
    /// <param name="options">What to check.</param>
    /// <param name="errors">Takes one sentence for each fault, named by its key.</param>
    /// <param name="section">The configuration path of the options.</param>
    public static void Check(ClnOptions options, ValidateOptionsResultBuilder errors, string section)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(errors);
        NodeOptions.CheckUrl(options.Url, "https://127.0.0.1:3010", errors, $"{section}:Url");
        NodeOptions.CheckFile(options.CertFile, errors, $"{section}:CertFile");
        NodeOptions.CheckSecretFile(options.RuneFile, "rune", errors, $"{section}:RuneFile");
        NodeOptions.CheckTime(
            options.RequestTimeout, TimeSpan.FromSeconds(0.1), TimeSpan.FromMinutes(5), errors, $"{section}:RequestTimeout");
        NodeOptions.CheckTime(options.RetryFor, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), errors, $"{section}:RetryFor");
    }
}
