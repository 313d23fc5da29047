using System.Runtime.CompilerServices;
using System.Text;
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
        var delay = new ReconnectDelay(options.FirstDelay, options.LongestDelay);
        while (true)
        {
            var (connection, failure, retryAfter) = await StreamConnection.OpenAsync(Address(cursor), options, askWhy, cancellation);
            if (connection is not null)
            {
                using (connection)
                {
                    var opened = options.Clock.GetTimestamp();
                    while (await connection.ReceiveAsync(cancellation) is { } message)
                    {
                        delay.Reset();
                        if (cursor.Take(message.Span) is { } next) yield return next;
                    }
                    // A quiet stream that lasted was good, too.
                    if (options.Clock.GetElapsedTime(opened) > options.LongestDelay) delay.Reset();
                    failure = connection.Ended;
                }
            }
            var wait = delay.Next(retryAfter);
            options.Interrupted?.Invoke(new(failure!, wait));
            await Task.Delay(wait, options.Clock, cancellation);
        }
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
