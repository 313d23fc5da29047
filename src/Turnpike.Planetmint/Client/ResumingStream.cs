using System.Runtime.CompilerServices;
using System.Text;
using Turnpike.Kernel.Clients;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Client;

/// <summary>One endless stream over as many connections as it takes.</summary>
internal sealed class ResumingStream(
    Uri address, StreamFilter filter, string include, PlanetmintClientOptions options, Func<Uri, Task<string?>> askWhy)
{
    /// <summary>The cursor's events, each once and in order, across lost connections.</summary>
    /// <exception cref="PlanetmintClientException">The node refuses the stream, and would again.</exception>
    public async IAsyncEnumerable<TEvent> ReadAsync<TEvent>(
        IStreamCursor<TEvent> cursor, [EnumeratorCancellation] CancellationToken cancellation) where TEvent : class
    {
        await foreach (var message in new ResumingSocket(Socket()).ReadAsync(() => Address(cursor), null, cancellation))
        {
            if (cursor.Take(message.Span) is { } next) yield return next;
        }
    }

    private ClientSocketOptions Socket() => new()
    {
        Peer = "node",
        HandshakeTimeout = options.RequestTimeout,
        KeepAliveInterval = options.KeepAliveInterval,
        KeepAliveTimeout = options.KeepAliveTimeout,
        FirstDelay = options.FirstDelay,
        LongestDelay = options.LongestDelay,
        MaxMessageBytes = options.MaxMessageBytes,
        Refused = ExplainAsync,
        Interrupted = options.Interrupted is { } tell ? (reason, delay) => tell(new(reason, delay)) : null,
        Clock = options.Clock,
    };

    // A handshake's answer has its text in a body, which a WebSocket does not show.
    private async ValueTask<Exception> ExplainAsync(SocketRefused refused)
    {
        var why = refused.Status >= 400 ? $": {await askWhy(refused.Address) ?? "no reason given"}" : "";
        return new PlanetmintClientException(refused.Reason + why, refused.Status, refused.Inner);
    }

    private Uri Address<TEvent>(IStreamCursor<TEvent> cursor) where TEvent : class
    {
        var query = new StringBuilder();
        foreach (var key in filter.PublicKeys) Append(query, "public_key", key.ToString());
        foreach (var key in filter.Involved) Append(query, "involves", key.ToString());
        foreach (var asset in filter.AssetIds) Append(query, "asset_id", asset.ToString());
        foreach (var operation in filter.Operations) Append(query, "operation", PlanetmintClient.Name(operation));
        cursor.WriteTo(query);
        if (include.Length > 0) query.Append(query.Length == 0 ? '?' : '&').Append(include);
        return new Uri(address + query.ToString());
    }

    private static void Append(StringBuilder query, string name, string value) =>
        query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(value);
}
