namespace Turnpike.Cashu.Client;

/// <summary>Where a mint is and how patiently it is talked to.</summary>
public sealed record CashuClientOptions
{
    /// <summary>The mint's address, without <c>/v1</c>: <c>http://127.0.0.1:9984</c>.</summary>
    public required Uri Mint { get; init; }

    /// <summary>Time for one HTTP request, and for one handshake. Default 15 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Time for one request to melt, which waits for the payment. Default 90 s (a mint answers PENDING after 60 s).</summary>
    public TimeSpan MeltTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>How often a request is sent, with the same body, while no answer comes. Default 5.</summary>
    public int Tries { get; init; } = 5;

    /// <summary>The first wait before a repetition; doubles with each failure. Default 0.5 s.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest wait between two tries. Default 10 s.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A socket that is silent for this long is pinged. Default 15 s.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A socket that leaves a ping unanswered for this long is dropped and opened anew. Default 15 s.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>An answer or a frame beyond this many bytes is an error. Default 16 MiB.</summary>
    public int MaxAnswerBytes { get; init; } = 16 << 20;

    /// <summary>Told each time a socket broke and will be opened anew; for logs and for people.</summary>
    public Action<SocketInterruption>? Interrupted { get; init; }

    /// <summary>The clock behind waits and time limits.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How HTTP requests leave; null makes a handler of the client's own. Never used for the socket.</summary>
    public HttpMessageHandler? Handler { get; init; }
}

/// <summary>A socket broke; it is opened anew after a while.</summary>
/// <param name="Reason">What happened, in a sentence.</param>
/// <param name="Delay">How long until the next try.</param>
public sealed record SocketInterruption(string Reason, TimeSpan Delay);
