using Microsoft.Extensions.Options;
using Turnpike.Planetmint.Backends;

namespace Turnpike.Planetmint;

/// <summary>The Planetmint node (<c>Turnpike:Planetmint</c>).</summary>
public sealed record PlanetmintOptions
{
    /// <summary>Whether the server has this system. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How blocks are made.</summary>
    public BlockOptions Block { get; set; } = new();

    /// <summary>The event stream.</summary>
    public StreamOptions Stream { get; set; } = new();

    /// <summary>The chain to follow instead of making one.</summary>
    public UpstreamOptions Upstream { get; set; } = new();
}

/// <summary>How blocks are made (<c>Turnpike:Planetmint:Block</c>).</summary>
public sealed record BlockOptions
{
    /// <summary>Transactions in a block, at most. Default 1000; at most 10 000: a block is held in memory.</summary>
    public int MaxTransactions { get; set; } = 1000;

    /// <summary>Bytes of bodies in a block, at most, but always one transaction. Default 4 MiB.</summary>
    public int MaxBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>How long a block waits for more. Default 0: it takes what came while the last was committed.</summary>
    public TimeSpan MaxDelay { get; set; }

    /// <summary>Transactions that wait for a block, at most; more are answered 503. Default 10 000, some seconds' work.</summary>
    public int MaxWaiting { get; set; } = 10_000;

    /// <summary>How long a poster waits for the block. Default 10 s, as upstream.</summary>
    public TimeSpan CommitTimeout { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>The event stream (<c>Turnpike:Planetmint:Stream</c>).</summary>
public sealed record StreamOptions
{
    /// <summary>Where the root documents say the stream is; what is not set comes from the request and the listener.</summary>
    public AdvertisedOptions Advertised { get; set; } = new();
}

/// <summary>Where clients find the stream (<c>Turnpike:Planetmint:Stream:Advertised</c>).</summary>
public sealed record AdvertisedOptions
{
    /// <summary><c>ws</c> or <c>wss</c>. Default <c>ws</c>, or <c>wss</c> for a request that came over TLS.</summary>
    public string? Scheme { get; set; }

    /// <summary>Default: the host that the client asked for.</summary>
    public string? Host { get; set; }

    /// <summary>Default: the port of the stream listener.</summary>
    public int? Port { get; set; }
}

/// <summary>Says which key is wrong, what it was and what is allowed.</summary>
internal sealed class PlanetmintOptionsValidator : IValidateOptions<PlanetmintOptions>
{
    public ValidateOptionsResult Validate(string? name, PlanetmintOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        var block = options.Block;
        if (block.MaxTransactions is < 1 or > 10_000)
            errors.AddError($"is {block.MaxTransactions}; allowed are 1 to 10000", "Turnpike:Planetmint:Block:MaxTransactions");
        if (block.MaxBytes is < 1024 or > 64 * 1024 * 1024)
            errors.AddError($"is {block.MaxBytes}; allowed are 1024 to 67108864", "Turnpike:Planetmint:Block:MaxBytes");
        if (block.MaxDelay < TimeSpan.Zero || block.MaxDelay > TimeSpan.FromMinutes(1))
            errors.AddError($"is {block.MaxDelay}; allowed are 00:00:00 to 00:01:00", "Turnpike:Planetmint:Block:MaxDelay");
        if (block.MaxWaiting is < 1 or > 1_000_000)
            errors.AddError($"is {block.MaxWaiting}; allowed are 1 to 1000000", "Turnpike:Planetmint:Block:MaxWaiting");
        if (block.CommitTimeout <= block.MaxDelay || block.CommitTimeout > TimeSpan.FromMinutes(10))
        {
            errors.AddError(
                $"is {block.CommitTimeout}; allowed is more than MaxDelay, at most 00:10:00", "Turnpike:Planetmint:Block:CommitTimeout");
        }

        var advertised = options.Stream.Advertised;
        if (advertised.Scheme is not (null or "ws" or "wss"))
            errors.AddError($"is '{advertised.Scheme}'; allowed are ws and wss", "Turnpike:Planetmint:Stream:Advertised:Scheme");
        if (advertised.Port is < 1 or > 65535)
            errors.AddError($"is {advertised.Port}; allowed are 1 to 65535", "Turnpike:Planetmint:Stream:Advertised:Port");
        UpstreamOptionsValidator.Check(options.Upstream, errors, UpstreamOptionsValidator.DefaultSection);
        return errors.Build();
    }
}
