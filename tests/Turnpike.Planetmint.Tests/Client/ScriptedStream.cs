using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Turnpike.Planetmint.Tests.Client;

/// <summary>A server on bare sockets that does to each connection what the script says, however rude.</summary>
internal sealed class ScriptedStream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<ScriptedConnection, Task>[] _script;
    private readonly Task _running;
    private readonly List<string> _targets = [];

    /// <summary>The n-th WebSocket handshake is answered by the n-th step; requests that are none get <paramref name="plain"/>.</summary>
    public ScriptedStream(Func<ScriptedConnection, Task>? plain, params Func<ScriptedConnection, Task>[] script)
    {
        _script = script;
        _listener.Start();
        _running = RunAsync(plain ?? (c => c.AnswerAsync("404 Not Found", "", "{\"message\":\"Not found\",\"status\":404}")));
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    /// <summary>Path and query of each handshake, in order.</summary>
    public IReadOnlyList<string> Targets
    {
        get { lock (_targets) return [.. _targets]; }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(Func<ScriptedConnection, Task> plain)
    {
        var open = new List<ScriptedConnection>();
        try
        {
            for (var step = 0; ;)
            {
                var connection = new ScriptedConnection(await _listener.AcceptSocketAsync(_stop.Token), _stop.Token);
                open.Add(connection);
                await connection.ReadHeadAsync();
                if (!connection.IsHandshake)
                {
                    await plain(connection);
                    continue;
                }
                lock (_targets) _targets.Add(connection.Target);
                if (step < _script.Length) await _script[step++](connection);
                else await connection.AnswerAsync("503 Service Unavailable", "", "");
            }
        }
        catch (OperationCanceledException) { }
        catch (SocketException) when (_stop.IsCancellationRequested) { }
        finally
        {
            foreach (var connection in open) connection.Dispose();
        }
    }
}

/// <summary>One connection of a <see cref="ScriptedStream"/>.</summary>
internal sealed class ScriptedConnection(Socket socket, CancellationToken stop) : IDisposable
{
    private string _head = "";

    public string Target => _head.Split(' ')[1];
    public bool IsHandshake => _head.Contains("Sec-WebSocket-Key", StringComparison.OrdinalIgnoreCase);

    public async Task ReadHeadAsync()
    {
        var buffer = new byte[4096];
        var head = new StringBuilder();
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await socket.ReceiveAsync(buffer, stop);
            if (count == 0) break;
            head.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
        _head = head.ToString();
    }

    public Task AcceptAsync()
    {
        var key = _head.Split("\r\n").First(l => l.StartsWith("Sec-WebSocket-Key", StringComparison.OrdinalIgnoreCase)).Split(": ")[1];
#pragma warning disable CA5350 // RFC 6455 says SHA-1
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        return WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"));
    }

    public async Task AnswerAsync(string status, string headers, string body)
    {
        await WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\n{headers}Content-Type: application/json\r\nContent-Length: {body.Length}\r\n"
            + $"Connection: close\r\n\r\n{body}"));
        socket.Shutdown(SocketShutdown.Send);
    }

    public Task SendTextAsync(string text) => SendFrameAsync(0x81, Encoding.UTF8.GetBytes(text));

    public Task CloseAsync(int code, string reason) =>
        SendFrameAsync(0x88, [(byte)(code >> 8), (byte)(code & 0xFF), .. Encoding.UTF8.GetBytes(reason)]);

    public Task SendFrameAsync(byte first, byte[] payload)
    {
        byte[] length = payload.Length < 126
            ? [(byte)payload.Length]
            : [126, (byte)(payload.Length >> 8), (byte)(payload.Length & 0xFF)];
        return WriteAsync([first, .. length, .. payload]);
    }

    public async Task WriteAsync(byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;) sent += await socket.SendAsync(bytes.AsMemory(sent), stop);
    }

    /// <summary>No more from us, but still reading: what a dying proxy does.</summary>
    public void HalfClose() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>RST.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    public void Dispose() => socket.Dispose();
}
