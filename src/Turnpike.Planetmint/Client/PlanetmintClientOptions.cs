namespace Turnpike.Planetmint.Client;

/// <summary>Where a node is and how patiently it is talked to.</summary>
public sealed record PlanetmintClientOptions
{
    /// <summary>The node's HTTP address, without <c>/api/v1</c>: <c>http://127.0.0.1:9984/</c>.</summary>
    public required Uri Node { get; init; }

    /// <summary>The event stream's address, as <c>ws://127.0.0.1:9985/</c>. Null: the same host and port as <see cref="Node"/>.</summary>
    public Uri? Stream { get; init; }

    /// <summary>Time for one HTTP request, and for one handshake. Default 15 s (a commit takes at most 10 s).</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A stream that is silent for this long is pinged. Default 15 s.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A stream that leaves a ping unanswered for this long is dropped and opened anew. Default 15 s.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The first wait before a stream is opened anew; doubles with each failure. Default 0.5 s.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest wait, except where the node asks for more by <c>Retry-After</c>. Default 10 s.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>An event beyond this many bytes ends the stream with an error. Default 16 MiB.</summary>
    public int MaxMessageBytes { get; init; } = 16 << 20;

    /// <summary>Rows asked for in one page of outputs or transactions. Default 1000.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>Told each time a stream broke and will be opened anew; for logs and for people.</summary>
    public Action<StreamInterruption>? Interrupted { get; init; }

    /// <summary>The clock behind waits and time limits.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How HTTP requests leave; null makes a handler of the client's own. Never used for the stream.</summary>
    public HttpMessageHandler? Handler { get; init; }
}

/// <summary>A stream broke; it is opened anew after a while.</summary>
/// <param name="Reason">What happened, in a sentence.</param>
/// <param name="Delay">How long until the next try.</param>
public sealed record StreamInterruption(string Reason, TimeSpan Delay);
