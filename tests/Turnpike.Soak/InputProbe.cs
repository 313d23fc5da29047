using System.Net;
using System.Net.Sockets;
using System.Text;
using Turnpike.Cli;

namespace Turnpike.Soak;

/// <summary>What bad input did.</summary>
/// <param name="Soak">Which run it was.</param>
/// <param name="Inputs">How many were sent.</param>
/// <param name="Refused">Answered with a 4xx, or an upgrade refused so.</param>
/// <param name="Answered">Answered with a 2xx or 3xx: still valid queries.</param>
/// <param name="Taken">Bodies that were still valid and were carried out: transactions committed, money moved.</param>
/// <param name="Closed">Sockets that were closed with a code.</param>
/// <param name="Dropped">Sockets on which what was sent was dropped, and which ended with our side.</param>
/// <param name="Faults">5xx, no answer, a crash, wrong books: what must not be.</param>
public sealed record InputFigures(
    string Soak, long Inputs, long Refused, long Answered, long Taken, long Closed, long Dropped, IReadOnlyList<string> Faults)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"soak {Soak}: inputs {Inputs}, refused {Refused}, answered {Answered}, taken {Taken}, closed {Closed}, " +
        $"dropped {Dropped}, faults {Faults.Count}";
}

/// <summary>Sends what it is given, judges what comes of it, and counts.</summary>
internal sealed class InputProbe
{
    private static readonly string[] s_headers =
    [
        "Upgrade: h2c", "Sec-WebSocket-Version: 8", "Origin: http://evil.example", "Accept: text/event-stream", "Last-Event-ID: x",
    ];

    private readonly Lock _lock = new();
    private readonly List<string> _faults = [];
    private int _sent, _refused, _answered, _taken, _closed, _dropped;

    /// <summary>How long an answer may take.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    /// <summary>What was found so far.</summary>
    public IReadOnlyList<string> Faults
    {
        get { lock (_lock) return [.. _faults]; }
    }

    /// <summary>What was counted so far.</summary>
    public InputFigures Figures(string soak) => new(soak, _sent, _refused, _answered, _taken, _closed, _dropped, Faults);

    /// <summary>One input: silence, and a connection that breaks, are faults.</summary>
    /// <param name="server">To which it goes.</param>
    /// <param name="what">What it is.</param>
    /// <param name="send">Sends it and waits for what comes of it.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>How many there were.</returns>
    /// <exception cref="IOException">The server is gone.</exception>
    public async Task<int> SendAsync(ChildServer server, string what, Func<CancellationToken, Task> send, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            await send(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            Fault($"{what}: no answer within {Patience.TotalSeconds} s");
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or SocketException)
        {
            if (server.HasExited) throw new IOException($"the server is gone: {server.Output}");
            Fault($"{what}: {broken.Message}");
        }

        return Interlocked.Increment(ref _sent);
    }

    /// <summary>Asks for a target.</summary>
    public async Task QueryAsync(IPEndPoint endpoint, string target, CancellationToken cancellation)
    {
        using var socket = await StreamSocket.ConnectAsync(endpoint, 0, 4096, cancellation);
        var request = $"GET {target} HTTP/1.1\r\nHost: {endpoint}\r\nConnection: close\r\n\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), cancellation);
        Judge(Status(await socket.ReadHeadAsync(cancellation)), () => $"GET {target}");
    }

    /// <summary>Asks for a socket, with some of the handshake's lines spoiled.</summary>
    public async Task HandshakeAsync(IPEndPoint endpoint, string target, Dice dice, CancellationToken cancellation)
    {
        using var socket = await StreamSocket.ConnectAsync(endpoint, 0, 4096, cancellation);
        var head = Encoding.ASCII.GetString(StreamSocket.Handshake(endpoint, target));
        var lines = head.Split("\r\n").ToList();
        if (dice.OnceIn(2)) lines.RemoveAt(2 + dice.Next(lines.Count - 4));
        if (dice.OnceIn(3)) lines[1 + dice.Next(lines.Count - 3)] += dice.Of("x", ",", " ", "\0", ", websocket", "\t14");
        if (dice.OnceIn(4)) lines.Insert(1, dice.Of(s_headers));
        await socket.SendAsync(Encoding.ASCII.GetBytes(string.Join("\r\n", lines)), cancellation);
        Judge(Status(await socket.ReadHeadAsync(cancellation)), () => $"handshake {string.Join(" | ", lines)}");
    }

    /// <summary>Sends to a socket. After that our side is closed: a server that waits for more would never end.</summary>
    public async Task FramesAsync(IPEndPoint endpoint, string target, byte[] frames, CancellationToken cancellation)
    {
        using var socket = await StreamSocket.OpenAsync(endpoint, target, cancellation);
        try
        {
            await socket.SendAsync(frames, cancellation);
            socket.HalfClose();
            while (await socket.ReadAsync(cancellation) is { } frame)
            {
                if (frame.Opcode != 8) continue;
                Closed();
                return;
            }
            Interlocked.Increment(ref _dropped);
        }
        catch (SocketException reset) when (reset.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            // Ended while we were still sending, or because we sent no close frame: without a code, then.
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Counts an answer; 5xx and none are faults.</summary>
    public void Judge(int status, Func<string> what)
    {
        if (status is >= 400 and < 500) Interlocked.Increment(ref _refused);
        else if (status is >= 101 and < 400) Interlocked.Increment(ref _answered);
        else Fault($"{(status == 0 ? "no answer" : $"{status}")}: {what()}");
    }

    private static int Status(string head) => head.Split(' ') is [_, var status, ..] && int.TryParse(status, out var code) ? code : 0;

    /// <summary>A body was carried out.</summary>
    public void Taken() => Interlocked.Increment(ref _taken);

    /// <summary>A socket was closed with a code.</summary>
    public void Closed() => Interlocked.Increment(ref _closed);

    /// <summary>What was sent to a socket was dropped, or refused on it.</summary>
    public void Dropped() => Interlocked.Increment(ref _dropped);

    /// <summary>What must not be.</summary>
    public void Fault(string what)
    {
        lock (_lock)
        {
            if (_faults.Count < 100) _faults.Add(what.Length <= 2000 ? what : what[..2000]);
        }
    }
}
