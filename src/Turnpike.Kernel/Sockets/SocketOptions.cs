using Microsoft.Extensions.Options;

namespace Turnpike.Kernel.Sockets;

/// <summary>Limits and habits of all sockets: <c>Turnpike:Sockets</c>.</summary>
public sealed record SocketOptions
{
    /// <summary>Sockets and event streams in all; further handshakes get 503. Default 50 000: about 500 MB.</summary>
    public int MaxSockets { get; set; } = 50_000;

    /// <summary>
    /// Sockets of one address (IPv6: one /64); further handshakes get 503. Default 1000: a company behind one address, not a flood.
    /// </summary>
    public int MaxSocketsPerAddress { get; set; } = 1000;

    /// <summary>Handshakes of one address in a second, on average; beyond it 429. Default 100.</summary>
    public int HandshakesPerSecond { get; set; } = 100;

    /// <summary>Handshakes that one address may make at once after a pause. Default 1000: everyone reconnects after a restart.</summary>
    public int HandshakeBurst { get; set; } = 1000;

    /// <summary>The largest request head in bytes that is waited for. Default 32 768, as in Kestrel.</summary>
    public int MaxHeadBytes { get; set; } = 32 * 1024;

    /// <summary>How long a new connection's request head may take. Default 10 s.</summary>
    public TimeSpan HeadTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Proxies (addresses or networks, <c>10.0.0.0/8</c>) whose X-Forwarded-For and X-Forwarded-Proto are believed. Default none.
    /// </summary>
    public IList<string> TrustedProxies { get; set; } = [];

    /// <summary>
    /// Origins (<c>https://shop.example</c>) whose pages may connect; a handshake without Origin passes. Default none: all may.
    /// </summary>
    public IList<string> AllowedOrigins { get; set; } = [];

    /// <summary>The largest message in bytes, over all its fragments; beyond it 1009. Default 1 MiB.</summary>
    public int MaxMessageBytes { get; set; } = 1 << 20;

    /// <summary>What may wait to be sent on one socket, in bytes. Default 1 MiB.</summary>
    public int OutboxBytes { get; set; } = 1 << 20;

    /// <summary>
    /// Threads that send to subscribers; 0 (the default) is half the cores, at least one. More than the cores can feed is slower.
    /// </summary>
    public int Walkers { get; set; }

    /// <summary>
    /// How many events publishers may be ahead of the walkers. Default 128: that many leave in one send when events come faster than
    /// sends, some fifty times the rate of one at a time; more wins little, and each is a send's length of delay.
    /// </summary>
    public int PublishAheadEvents { get; set; } = 128;

    /// <summary>
    /// A change for at most so many subscribers is sent on the publisher's own thread. Default 4: below that a wake-up costs more than
    /// the sends.
    /// </summary>
    public int SendHereUpTo { get; set; } = 4;

    /// <summary>Encoded recent events that each topic keeps for readers that are behind, in bytes. Default 32 MiB.</summary>
    public int RecentBytes { get; set; } = 32 << 20;

    /// <summary>A reader that was live and is more events behind than this is closed with 1013. Default 100 000.</summary>
    public int MaxLagEvents { get; set; } = 100_000;

    /// <summary>A reader that is behind and takes nothing for so long is closed with 1013. Default 30 s.</summary>
    public TimeSpan StalledAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a WebSocket is pinged. Default 30 s: proxies cut what is idle for 60 s.</summary>
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A peer from which nothing came for so long is dropped. Default 60 s: two pings.</summary>
    public TimeSpan DeadAfter { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a comment is written to a stream of server-sent events. Default 15 s.</summary>
    public TimeSpan CommentInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a closing session may take to send what was queued before. Default 5 s.</summary>
    public TimeSpan FlushTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the answer to our close is waited for. Default 1 s.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>What a client of a stream that only talks may send, in bytes a second. Default 262 144.</summary>
    public int FloodBytesPerSecond { get; set; } = 256 * 1024;

    /// <summary>What any other client may send, in frames a second, pings included. Default 5000, more than a wallet has to say.</summary>
    public int MessagesPerSecond { get; set; } = 5000;

    /// <summary>For how many seconds on end it may send more than that before it is closed with 1008. Default 10.</summary>
    public int FloodSeconds { get; set; } = 10;
}

/// <summary>Says which key is wrong, what it is and what is allowed.</summary>
internal sealed class SocketOptionsValidator : IValidateOptions<SocketOptions>
{
    private const string Section = "Turnpike:Sockets:";

    public ValidateOptionsResult Validate(string? name, SocketOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        Range(errors, options.MaxSockets, 1, 10_000_000, nameof(options.MaxSockets));
        Range(errors, options.MaxSocketsPerAddress, 1, 10_000_000, nameof(options.MaxSocketsPerAddress));
        Range(errors, options.HandshakesPerSecond, 1, 1_000_000, nameof(options.HandshakesPerSecond));
        Range(errors, options.HandshakeBurst, 1, 10_000_000, nameof(options.HandshakeBurst));
        Range(errors, options.MaxHeadBytes, 1024, 1 << 19, nameof(options.MaxHeadBytes));
        Range(errors, options.MaxMessageBytes, 1024, 1 << 30, nameof(options.MaxMessageBytes));
        Range(errors, options.OutboxBytes, 4096, 1 << 30, nameof(options.OutboxBytes));
        Range(errors, options.Walkers, 0, 1024, nameof(options.Walkers));
        Range(errors, options.PublishAheadEvents, 0, 1_000_000, nameof(options.PublishAheadEvents));
        Range(errors, options.SendHereUpTo, 0, 1000, nameof(options.SendHereUpTo));
        Range(errors, options.RecentBytes, 0, 1 << 30, nameof(options.RecentBytes));
        Range(errors, options.MaxLagEvents, 1, int.MaxValue, nameof(options.MaxLagEvents));
        Range(errors, options.FloodBytesPerSecond, 1, 1 << 30, nameof(options.FloodBytesPerSecond));
        Range(errors, options.MessagesPerSecond, 1, int.MaxValue, nameof(options.MessagesPerSecond));
        Range(errors, options.FloodSeconds, 1, 3600, nameof(options.FloodSeconds));
        Span(errors, options.HeadTimeout, nameof(options.HeadTimeout));
        Span(errors, options.StalledAfter, nameof(options.StalledAfter));
        Span(errors, options.PingInterval, nameof(options.PingInterval));
        Span(errors, options.CommentInterval, nameof(options.CommentInterval));
        Span(errors, options.FlushTimeout, nameof(options.FlushTimeout));
        Span(errors, options.CloseTimeout, nameof(options.CloseTimeout));
        Span(errors, options.DeadAfter, nameof(options.DeadAfter));
        if (options.DeadAfter <= options.PingInterval)
            errors.AddError($"is {options.DeadAfter}; it must be longer than PingInterval ({options.PingInterval})",
                Section + nameof(options.DeadAfter));
        foreach (var proxy in options.TrustedProxies.Where(proxy => !TrustedProxies.TryParse(proxy, out _)))
            errors.AddError($"has '{proxy}'; allowed are addresses and networks like 10.0.0.0/8", Section + nameof(options.TrustedProxies));
        foreach (var origin in options.AllowedOrigins.Where(origin => !IsOrigin(origin)))
            errors.AddError($"has '{origin}'; allowed are origins like https://shop.example, without a path",
                Section + nameof(options.AllowedOrigins));
        return errors.Build();
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase);

    private static void Range(ValidateOptionsResultBuilder errors, int value, int from, int to, string key)
    {
        if (value < from || value > to) errors.AddError($"is {value}; allowed are {from} to {to}", Section + key);
    }

    private static void Span(ValidateOptionsResultBuilder errors, TimeSpan value, string key)
    {
        if (value < TimeSpan.FromMilliseconds(100) || value > TimeSpan.FromHours(1))
            errors.AddError($"is {value}; allowed are 00:00:00.1 to 01:00:00", Section + key);
    }
}
