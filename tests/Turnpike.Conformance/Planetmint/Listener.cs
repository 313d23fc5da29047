using System.Buffers.Binary;
using System.Net;
using System.Text;
using System.Text.Json;
using Turnpike.Soak;

namespace Turnpike.Conformance.Planetmint;

/// <summary>A subscriber on a bare socket: sees every byte that the server sends.</summary>
public sealed class Listener : IDisposable
{
    public const string Transactions = "/api/v1/streams/valid_transactions";
    public const string Blocks = "/api/v1/streams/valid_blocks";

    private readonly StreamSocket _socket;

    private Listener(StreamSocket socket) => _socket = socket;

    public static async Task<Listener> OpenAsync(Uri server, string target, int receiveBuffer = 0)
    {
        using var limit = new CancellationTokenSource(PlanetmintNode.Patience);
        var endpoint = new IPEndPoint(IPAddress.Parse(server.Host), server.Port);
        return new Listener(await StreamSocket.OpenAsync(endpoint, target, limit.Token, receiveBuffer));
    }

    /// <summary>The next frame, pings among them.</summary>
    public async Task<(int Opcode, byte[] Payload)> FrameAsync()
    {
        using var limit = new CancellationTokenSource(PlanetmintNode.Patience);
        var frame = await _socket.ReadAsync(limit.Token);
        Assert.True(frame is not null, "The server ended the connection without a close frame.");
        return (frame.Value.Opcode, frame.Value.Payload.ToArray());
    }

    /// <summary>The next message; fails on a close.</summary>
    public async Task<string> NextAsync()
    {
        while (true)
        {
            var (opcode, payload) = await FrameAsync();
            if (opcode == 9) continue;
            Assert.True(opcode == 1, $"opcode {opcode}: {Encoding.UTF8.GetString(payload)}");
            return Encoding.UTF8.GetString(payload);
        }
    }

    /// <summary>The next message's id.</summary>
    public async Task<string> NextIdAsync() => JsonDocument.Parse(await NextAsync()).RootElement.GetProperty("transaction_id").GetString()!;

    /// <summary>So many ids.</summary>
    public async Task<IReadOnlyList<string>> IdsAsync(int count)
    {
        var ids = new List<string>();
        while (ids.Count < count) ids.Add(await NextIdAsync());
        return ids;
    }

    /// <summary>Reads up to the close.</summary>
    /// <returns>The messages before it, its code and its reason.</returns>
    public async Task<(IReadOnlyList<string> Messages, int Code, string Reason)> UntilClosedAsync()
    {
        var messages = new List<string>();
        while (true)
        {
            var (opcode, payload) = await FrameAsync();
            if (opcode == 1) messages.Add(Encoding.UTF8.GetString(payload));
            if (opcode != 8) continue;
            return payload.Length < 2
                ? (messages, 1005, "")
                : (messages, BinaryPrimitives.ReadUInt16BigEndian(payload), Encoding.UTF8.GetString(payload.AsSpan(2)));
        }
    }

    /// <summary>Sends a masked frame.</summary>
    public async Task SendAsync(int opcode, byte[] payload, bool isFinal = true)
    {
        using var limit = new CancellationTokenSource(PlanetmintNode.Patience);
        byte[] length = payload.Length switch
        {
            < 126 => [(byte)(0x80 | payload.Length)],
            <= ushort.MaxValue => [0xFE, (byte)(payload.Length >> 8), (byte)(payload.Length & 0xFF)],
            _ => [0xFF, 0, 0, 0, 0, (byte)(payload.Length >> 24), (byte)(payload.Length >> 16 & 0xFF), (byte)(payload.Length >> 8 & 0xFF),
                (byte)(payload.Length & 0xFF)],
        };
        await _socket.SendAsync((byte[])[(byte)((isFinal ? 0x80 : 0) | opcode), .. length, 0, 0, 0, 0, .. payload], limit.Token);
    }

    /// <summary>That everything committed before this call has been seen: the answer to a ping comes behind nothing else.</summary>
    public async Task<IReadOnlyList<string>> UntilPongAsync()
    {
        var messages = new List<string>();
        await SendAsync(9, "here"u8.ToArray());
        while (true)
        {
            var (opcode, payload) = await FrameAsync();
            if (opcode == 1) messages.Add(Encoding.UTF8.GetString(payload));
            if (opcode != 10) continue;
            Assert.Equal("here"u8.ToArray(), payload);
            return messages;
        }
    }

    /// <summary>Leaves by RST.</summary>
    public void Reset() => _socket.Reset();

    public void Dispose() => _socket.Dispose();
}
