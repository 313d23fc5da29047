using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Turnpike.Cli;
using Turnpike.Planetmint.Client;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Soak;

/// <summary>Those who listen during a round, well-behaved and not.</summary>
internal static class Subscribers
{
    private const string Path = "/api/v1/streams/valid_transactions";
    private const int DeafReceiveBuffer = 4096;

    /// <summary>Our .NET client: reconnects and resumes by itself, across the server's end.</summary>
    public static async Task LibraryAsync(
        PlanetmintClient client, StreamFilter filter, StreamPosition from, EventLog log, CancellationToken end)
    {
        try
        {
            await foreach (var e in client.Transactions(filter, from, end)) log.Add(e.TransactionId, e.Height);
        }
        catch (OperationCanceledException)
        {
            // The round is over.
        }
    }

    /// <summary>A bare socket that resumes by hand with the last id that it saw.</summary>
    /// <param name="server">The stream's listener, when there is one; asked at first and after each break.</param>
    /// <param name="query">Where to begin, as <c>?from_height=0</c>.</param>
    /// <param name="log">What it receives.</param>
    /// <param name="end">The round is over.</param>
    public static async Task ByHandAsync(Func<Task<IPEndPoint>> server, string query, EventLog log, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                var endpoint = await server().WaitAsync(end);
                using var socket = await StreamSocket.OpenAsync(endpoint, Path + (log.Last is { } last ? $"?after={last}" : query), end);
                while (await socket.ReadAsync(end) is { } frame)
                {
                    if (frame.Opcode == 1) Note(log, frame.Payload.Span);
                    else if (frame.Opcode == 8) break;
                }
            }
            catch (Exception broken) when (broken is SocketException or IOException or OperationCanceledException)
            {
                // The server was killed, or is not up yet, or the round is over: the next turn tells.
                await Task.Yield();
            }
        }
    }

    /// <summary>Subscribes and never reads: the server must neither wait nor grow.</summary>
    public static async Task DeafAsync(IPEndPoint endpoint, CancellationToken end)
    {
        try
        {
            using var socket = await StreamSocket.OpenAsync(endpoint, Path + "?from_height=0&include=transaction", end, DeafReceiveBuffer);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, end);
        }
        catch (Exception over) when (over is SocketException or IOException or OperationCanceledException)
        {
            // Killed with its server, or the round is over.
        }
    }

    /// <summary>Reads a few events and vanishes by RST, again and again until the server is gone.</summary>
    public static async Task VanishingAsync(IPEndPoint endpoint, Dice dice, CancellationToken end)
    {
        try
        {
            while (!end.IsCancellationRequested)
            {
                var socket = await StreamSocket.OpenAsync(endpoint, Path + dice.Of("", "?from_height=0", "?from_height=1"), end);
                for (var left = dice.Next(40); left > 0 && await socket.ReadAsync(end) is not null; left--) { }
                socket.Reset();
            }
        }
        catch (Exception over) when (over is SocketException or IOException or OperationCanceledException)
        {
            // Killed with its server, or the round is over.
        }
    }

    /// <summary>Everything that was ever committed, up to and with one transaction.</summary>
    public static async Task<EventLog> ReadAllAsync(ChildServer server, TransactionId last, CancellationToken cancellation)
    {
        var log = new EventLog("the whole stream", _ => true);
        using var socket = await StreamSocket.OpenAsync(server.StreamEndPoint, Path + "?from_height=0", cancellation);
        while (log.Last != last)
        {
            var frame = await socket.ReadAsync(cancellation) ?? throw new IOException("the stream ended while it was replayed");
            if (frame.Opcode == 8) throw new IOException($"the stream was closed with {frame.CloseCode} while it was replayed");
            if (frame.Opcode == 1) Note(log, frame.Payload.Span);
        }
        return log;
    }

    private static void Note(EventLog log, ReadOnlySpan<byte> message)
    {
        var json = new Utf8JsonReader(message);
        TransactionId? id = null;
        long? height = null;
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName) continue;
            var isId = json.ValueTextEquals("transaction_id"u8);
            var isHeight = json.ValueTextEquals("height"u8);
            json.Read();
            if (isHeight) height = json.GetInt64();
            if (isId && TransactionId.TryParse(json.ValueSpan, out var read)) id = read;
        }
        if (id is null || height is null) throw new InvalidDataException($"no event: {System.Text.Encoding.UTF8.GetString(message)}");
        log.Add(id.Value, height.Value);
    }
}
