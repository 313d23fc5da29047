using System.Runtime.CompilerServices;

namespace Turnpike.Kernel.Clients;

/// <summary>One endless stream of messages over as many sockets as it takes.</summary>
/// <param name="options">How they are kept.</param>
public sealed class ResumingSocket(ClientSocketOptions options)
{
    /// <summary>What the server sends, across lost connections.</summary>
    /// <param name="address">Where to connect, asked before each handshake: a place to go on from may be part of it.</param>
    /// <param name="greeting">The text message (UTF-8) that each socket begins with; null for none.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Whole messages, each valid until the next.</returns>
    /// <exception cref="Exception">The options' own: the server refuses, and would again.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        Func<Uri> address, Func<ReadOnlyMemory<byte>>? greeting, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var delay = new RetryDelay(options.FirstDelay, options.LongestDelay);
        while (true)
        {
            using var socket = await ClientSocket.OpenAsync(address(), options, cancellation);
            var opened = options.Clock.GetTimestamp();
            if (socket.Ended is null && greeting is not null) await socket.SendAsync(greeting(), cancellation);
            while (await socket.ReceiveAsync(cancellation) is { } message)
            {
                delay.Reset();
                yield return message;
            }

            // A quiet socket that lasted was good, too.
            if (options.Clock.GetElapsedTime(opened) > options.LongestDelay) delay.Reset();
            var wait = delay.Next(socket.RetryAfter);
            options.Interrupted?.Invoke(socket.Ended!, wait);
            socket.Dispose();
            await Task.Delay(wait, options.Clock, cancellation);
        }
    }
}
