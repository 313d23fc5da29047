using System.Net;
using System.Net.Sockets;

namespace Turnpike.Kernel.Tests.Storage;

/// <summary>What the proxy does to a work's last round trip.</summary>
public enum Cut
{
    Nothing,
    BeforeItArrives,
    AfterItIsDone,
}

/// <summary>
/// Stands between client and server and can cut the connection at the round trip that has a marked event and COMMIT: before the server has
/// it, or when the server has done it and its answer is on the way.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _serverPort;
    private readonly Task _accepting;
    private int _next;

    public CuttingProxy(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What to do at the next marked round trip; after that, nothing.</summary>
    public Cut Next
    {
        get => (Cut)Volatile.Read(ref _next);
        set => Volatile.Write(ref _next, (int)value);
    }

    /// <summary>Within the event that marks the round trip: a prepared COMMIT is just a number.</summary>
    public const string Mark = "cut here";

    // The tag that the server answers with.
    private static ReadOnlySpan<byte> Committed => "COMMIT\0"u8;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var pairs = new List<Task>();
        try
        {
            while (true) pairs.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(pairs);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var _ = client;
        client.NoDelay = true;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _serverPort, _stop.Token);
            var cut = new StrongBox();
            await await Task.WhenAny(SendAsync(client, server, cut), AnswerAsync(server, client, cut));
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // One side is gone, and so the other: both sockets are closed on leaving.
        }
    }

    private async Task SendAsync(Socket client, Socket server, StrongBox cut)
    {
        var buffer = new byte[1 << 16];
        while (await client.ReceiveAsync(buffer, _stop.Token) is > 0 and var count)
        {
            if (Next != Cut.Nothing && buffer.AsSpan(0, count).IndexOf("cut here"u8) >= 0)
            {
                cut.Value = (Cut)Interlocked.Exchange(ref _next, (int)Cut.Nothing);
                if (cut.Value == Cut.BeforeItArrives) return;
            }

            await server.SendAsync(buffer.AsMemory(0, count), _stop.Token);
        }
    }

    private async Task AnswerAsync(Socket server, Socket client, StrongBox cut)
    {
        var buffer = new byte[1 << 16];
        while (await server.ReceiveAsync(buffer, _stop.Token) is > 0 and var count)
        {
            if (cut.Value != Cut.AfterItIsDone) await client.SendAsync(buffer.AsMemory(0, count), _stop.Token);
            else if (buffer.AsSpan(0, count).IndexOf(Committed) >= 0) return;
        }
    }

    private sealed class StrongBox
    {
        public volatile Cut Value;
    }
}
