namespace Turnpike.Kernel.Clients;

/// <summary>How a client's socket is kept.</summary>
public sealed record ClientSocketOptions
{
    /// <summary>What the other side is called in sentences: <c>mint</c>, <c>node</c>.</summary>
    public required string Peer { get; init; }

    /// <summary>Time for a handshake.</summary>
    public required TimeSpan HandshakeTimeout { get; init; }

    /// <summary>A socket that is silent for this long is pinged.</summary>
    public required TimeSpan KeepAliveInterval { get; init; }

    /// <summary>A socket that leaves a ping unanswered for this long is dropped and opened anew.</summary>
    public required TimeSpan KeepAliveTimeout { get; init; }

    /// <summary>See <see cref="RetryDelay"/>; a socket that lasted for longer than <see cref="LongestDelay"/> was good.</summary>
    public required TimeSpan FirstDelay { get; init; }

    /// <summary>See <see cref="RetryDelay"/>.</summary>
    public required TimeSpan LongestDelay { get; init; }

    /// <summary>The longest message in bytes.</summary>
    public required int MaxMessageBytes { get; init; }

    /// <summary>Makes the client's own exception of a refusal.</summary>
    public required Func<SocketRefused, ValueTask<Exception>> Refused { get; init; }

    /// <summary>Told each time a socket broke: why, in a sentence, and after which wait it is opened anew.</summary>
    public Action<string, TimeSpan>? Interrupted { get; init; }

    /// <summary>The clock behind waits and time limits.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>Why there is no use in opening a socket again.</summary>
/// <param name="Address">Where.</param>
/// <param name="Status">The HTTP status of the answer to the handshake; 0 if the socket had been open.</param>
/// <param name="Reason">A sentence.</param>
/// <param name="Inner">What lies beneath.</param>
public sealed record SocketRefused(Uri Address, int Status, string Reason, Exception? Inner = null);
