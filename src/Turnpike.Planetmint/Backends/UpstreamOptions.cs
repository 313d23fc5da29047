using Microsoft.Extensions.Options;

namespace Turnpike.Planetmint.Backends;

/// <summary>Whose blocks this node serves.</summary>
public enum UpstreamKind
{
    /// <summary>Its own: the embedded chain.</summary>
    None,

    /// <summary>Those of a node with the BigchainDB or Planetmint HTTP API.</summary>
    Node,

    /// <summary>Those of a chain, through the RPC of Tendermint 0.31–0.34 or CometBFT 0.34–0.38.</summary>
    CometBft,
}

/// <summary><c>Turnpike:Planetmint:Upstream</c>: a real chain to follow. Reached directly, never through a proxy.</summary>
public sealed record UpstreamOptions
{
    /// <summary>Which kind of upstream. Default none.</summary>
    public UpstreamKind Kind { get; set; }

    /// <summary>Where it is: <c>http://node:9984</c> (node), <c>http://node:26657</c> (cometbft); a path prefix may follow.</summary>
    public string Url { get; set; } = "";

    /// <summary>The socket of a node, if it advertises a wrong one. Default: what its root document says. Only for kind node.</summary>
    public string StreamUrl { get; set; } = "";

    /// <summary>The first height to store when nothing is stored yet; upstreams prune. Default 1.</summary>
    public long FirstHeight { get; set; } = 1;

    /// <summary>How long a read may take. Default 10 s, 0.1 s to 5 min.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a post may take; the upstream itself waits up to 10 s for a block. Default 15 s, 0.1 s to 5 min.</summary>
    public TimeSpan PostTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often to look for a block while the socket is silent. Default 1 s, 10 ms to 1 min.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often to compare heads; also done at each start and after each failure. Default 30 s, 10 ms to 1 h.</summary>
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Blocks fetched at a time while catching up; each may take <see cref="MaxAnswerBytes"/>. Default 4, 1 to 64.</summary>
    public int Ahead { get; set; } = 4;

    /// <summary>
    /// The largest answer taken, in bytes; a block's transactions fetched one by one count together. Default 64 MiB, 64 KiB to 1 GiB.
    /// </summary>
    public int MaxAnswerBytes { get; set; } = 64 << 20;

    /// <summary>Posts under way at a time; further ones wait. Default 256, 1 to 10 000.</summary>
    public int MaxPosts { get; set; } = 256;
}

/// <summary>Says in sentences what is wrong with <see cref="UpstreamOptions"/>.</summary>
public sealed class UpstreamOptionsValidator : IValidateOptions<UpstreamOptions>
{
    /// <summary>Where the options are bound by default.</summary>
    public const string DefaultSection = "Turnpike:Planetmint:Upstream";

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, UpstreamOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        Check(options, errors, DefaultSection);
        return errors.Build();
    }

    /// <summary>Adds what is wrong to <paramref name="errors"/>, for options that hold these as a part.</summary>
    /// <param name="options">What to check; with kind none nothing is checked.</param>
    /// <param name="errors">Takes one sentence for each fault, named by its key.</param>
    /// <param name="section">The configuration path of the options.</param>
    public static void Check(UpstreamOptions options, ValidateOptionsResultBuilder errors, string section)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(errors);
        if (!Enum.IsDefined(options.Kind)) errors.AddError($"is {options.Kind}; allowed are none, node and cometbft", $"{section}:Kind");
        if (options.Kind == UpstreamKind.None) return;

        CheckUrl(options.Url, "http", errors, $"{section}:Url");
        if (options.StreamUrl.Length > 0) CheckUrl(options.StreamUrl, "ws", errors, $"{section}:StreamUrl");
        if (options.StreamUrl.Length > 0 && options.Kind != UpstreamKind.Node)
            errors.AddError("is only for kind node; leave it out", $"{section}:StreamUrl");
        if (options.FirstHeight < 1)
            errors.AddError($"is {options.FirstHeight}; allowed is a height of 1 or more", $"{section}:FirstHeight");
        CheckTime(options.RequestTimeout, "00:00:00.1", "00:05:00", errors, $"{section}:RequestTimeout");
        CheckTime(options.PostTimeout, "00:00:00.1", "00:05:00", errors, $"{section}:PostTimeout");
        CheckTime(options.PollInterval, "00:00:00.01", "00:01:00", errors, $"{section}:PollInterval");
        CheckTime(options.CheckInterval, "00:00:00.01", "01:00:00", errors, $"{section}:CheckInterval");
        CheckNumber(options.Ahead, 1, 64, errors, $"{section}:Ahead");
        CheckNumber(options.MaxAnswerBytes, 64 << 10, 1 << 30, errors, $"{section}:MaxAnswerBytes");
        CheckNumber(options.MaxPosts, 1, 10_000, errors, $"{section}:MaxPosts");
    }

    private static void CheckUrl(string url, string scheme, ValidateOptionsResultBuilder errors, string key)
    {
        if (url.Length == 0)
            errors.AddError($"is missing; an upstream needs a URL such as {scheme}://node:9984", key);
        else if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || (uri.Scheme != scheme && uri.Scheme != scheme + "s"))
            errors.AddError($"is '{url}'; allowed is a URL that begins with {scheme}:// or {scheme}s://", key);
        else if (uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0) // not repeated: it may hold a secret
            errors.AddError("has a user, a query or a fragment; allowed are scheme, host, port and path", key);
    }

    private static void CheckTime(TimeSpan value, string least, string most, ValidateOptionsResultBuilder errors, string key)
    {
        if (value < TimeSpan.Parse(least, null) || value > TimeSpan.Parse(most, null))
            errors.AddError($"is {value}; allowed are {least} to {most}", key);
    }

    private static void CheckNumber(int value, int least, int most, ValidateOptionsResultBuilder errors, string key)
    {
        if (value < least || value > most) errors.AddError($"is {value}; allowed are {least} to {most}", key);
    }
}
