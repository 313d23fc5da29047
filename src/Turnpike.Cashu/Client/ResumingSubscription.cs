using System.Runtime.CompilerServices;

namespace Turnpike.Cashu.Client;

/// <summary>One endless subscription over as many sockets as it takes.</summary>
internal sealed class ResumingSubscription(CashuClientOptions options, SubscriptionCursor cursor)
{
    /// <summary>The notifications, each once and in order, across lost connections.</summary>
    /// <exception cref="CashuClientException">The mint refuses it, and would again.</exception>
    public async IAsyncEnumerable<SubscriptionPayload> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var delay = new RetryDelay(options.FirstDelay, options.LongestDelay);
        while (true)
        {
            var (socket, failure) = await MintSocketConnection.OpenAsync(options, cancellation);
            if (socket is not null)
            {
                using (socket)
                {
                    var opened = options.Clock.GetTimestamp();
                    var isSent = await socket.SendAsync(cursor.Request(), cancellation);
                    while (isSent && await socket.ReceiveAsync(cancellation) is { } frame)
                    {
                        delay.Reset();
                        if (cursor.Take(frame) is { } payload) yield return payload;
                    }

                    // A quiet socket that lasted was good, too.
                    if (options.Clock.GetElapsedTime(opened) > options.LongestDelay) delay.Reset();
                    failure = socket.Ended;
                }
            }

            var wait = delay.Next();
            options.Interrupted?.Invoke(new(failure!, wait));
            await Task.Delay(wait, options.Clock, cancellation);
        }
    }
}
