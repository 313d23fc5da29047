using System.Runtime.CompilerServices;
using Turnpike.Kernel.Clients;

namespace Turnpike.Cashu.Client;

/// <summary>One endless subscription over as many sockets as it takes.</summary>
internal sealed class ResumingSubscription(CashuClientOptions options, SubscriptionCursor cursor)
{
    /// <summary>The notifications, each once and in order, across lost connections.</summary>
    /// <exception cref="CashuClientException">The mint refuses it, and would again.</exception>
    public async IAsyncEnumerable<SubscriptionPayload> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var address = Address(options.Mint);
        await foreach (var frame in new ResumingSocket(Socket()).ReadAsync(() => address, () => cursor.Request(), cancellation))
        {
            if (cursor.Take(frame) is { } payload) yield return payload;
        }
    }

    private ClientSocketOptions Socket() => new()
    {
        Peer = "mint",
        HandshakeTimeout = options.RequestTimeout,
        KeepAliveInterval = options.KeepAliveInterval,
        KeepAliveTimeout = options.KeepAliveTimeout,
        FirstDelay = options.FirstDelay,
        LongestDelay = options.LongestDelay,
        MaxMessageBytes = options.MaxAnswerBytes,
        Refused = refused => new(new CashuClientException(refused.Reason, refused.Inner)),
        Interrupted = options.Interrupted is { } tell ? (reason, delay) => tell(new(reason, delay)) : null,
        Clock = options.Clock,
    };

    private static Uri Address(Uri mint)
    {
        var text = mint.AbsoluteUri;
        var address = new UriBuilder(new Uri(new Uri(text.EndsWith('/') ? text : text + "/"), "v1/ws"));
        address.Scheme = address.Scheme is "https" or "wss" ? "wss" : "ws";
        return address.Uri;
    }
}
