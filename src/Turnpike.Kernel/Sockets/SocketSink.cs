using System.IO.Pipelines;
using System.Net.Sockets;

namespace Turnpike.Kernel.Sockets;

/// <summary>What became of a send that must not wait.</summary>
internal enum SendOutcome
{
    /// <summary>Everything was taken.</summary>
    Done,

    /// <summary>Some may have been taken; the sender waits with <see cref="SocketSink.WaitAsync"/> before it goes on.</summary>
    Wait,

    /// <summary>There is no connection any more.</summary>
    Gone,
}

/// <summary>Where a session's bytes go. One caller at a time.</summary>
/// <param name="abort">Ends the connection at once.</param>
internal abstract class SocketSink(Action abort)
{
    /// <summary>Sends what can be sent without waiting.</summary>
    /// <param name="bytes">Not kept.</param>
    /// <param name="taken">How many of them are on their way.</param>
    public abstract SendOutcome TrySend(ReadOnlySpan<byte> bytes, out int taken);

    /// <summary>Waits until sending is possible again.</summary>
    /// <param name="next">What is to be sent next; may be sent while waiting.</param>
    /// <returns>How many bytes of <paramref name="next"/> were sent; negative if the connection is gone.</returns>
    public abstract ValueTask<int> WaitAsync(ReadOnlyMemory<byte> next);

    /// <summary>Sends all of it, however long that takes.</summary>
    /// <returns>False if the connection is gone.</returns>
    public async ValueTask<bool> SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        while (true)
        {
            var outcome = TrySend(bytes.Span, out var taken);
            bytes = bytes[taken..];
            if (outcome != SendOutcome.Wait) return outcome == SendOutcome.Done;
            var sent = await WaitAsync(bytes);
            if (sent < 0) return false;
            bytes = bytes[sent..];
            if (bytes.IsEmpty) return true;
        }
    }

    /// <summary>Ends the connection at once; the pump then finds it gone.</summary>
    public void Abort()
    {
        try
        {
            abort();
        }
        catch (ObjectDisposedException)
        {
            // A request whose answer is over, as when the client left while the server shuts down: there is nothing left to end.
        }
    }
}

/// <summary>
/// Straight onto the socket, past the transport's pipe: five times the fan-out. Only where nothing else writes: no TLS, and the
/// handshake's answer went the same way (through the pipe it would arrive after the first frames).
/// </summary>
internal sealed class DirectSink : SocketSink
{
    private readonly Socket _socket;

    public DirectSink(Socket socket, Action abort) : base(abort)
    {
        _socket = socket;
        socket.Blocking = false;
    }

    public override SendOutcome TrySend(ReadOnlySpan<byte> bytes, out int taken)
    {
        taken = 0;
        try
        {
            taken = _socket.Send(bytes, SocketFlags.None, out var error);
            return error switch
            {
                SocketError.Success => taken == bytes.Length ? SendOutcome.Done : SendOutcome.Wait,
                SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable or SocketError.TryAgain => SendOutcome.Wait,
                _ => SendOutcome.Gone,
            };
        }
        catch (ObjectDisposedException)     // the client left during the pass
        {
            return SendOutcome.Gone;
        }
    }

    public override async ValueTask<int> WaitAsync(ReadOnlyMemory<byte> next)
    {
        try
        {
            return await _socket.SendAsync(next, SocketFlags.None);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            return -1;
        }
    }
}

/// <summary>
/// Into a pipe: the transport's under TLS, an upgraded stream's, an HTTP answer's. Full means that a flush does not complete at once.
/// </summary>
internal sealed class PipeSink(PipeWriter output, Action abort) : SocketSink(abort)
{
    private ValueTask<FlushResult> _flush;

    public override SendOutcome TrySend(ReadOnlySpan<byte> bytes, out int taken)
    {
        taken = 0;
        try
        {
            bytes.CopyTo(output.GetSpan(bytes.Length));
            output.Advance(bytes.Length);
            taken = bytes.Length;
            var flush = output.FlushAsync();
            if (!flush.IsCompleted)
            {
                _flush = flush;
                return SendOutcome.Wait;
            }
            var result = flush.GetAwaiter().GetResult();
            return result.IsCompleted || result.IsCanceled ? SendOutcome.Gone : SendOutcome.Done;
        }
        catch (Exception gone) when (IsGone(gone))
        {
            return SendOutcome.Gone;
        }
    }

    public override async ValueTask<int> WaitAsync(ReadOnlyMemory<byte> next)
    {
        try
        {
            var flush = _flush;
            _flush = default;
            var result = await flush;
            return result.IsCompleted || result.IsCanceled ? -1 : 0;
        }
        catch (Exception gone) when (IsGone(gone))
        {
            return -1;
        }
    }

    private static bool IsGone(Exception exception) =>
        exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException;
}
