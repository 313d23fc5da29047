using System.Diagnostics;
using System.Net.Sockets;
using Turnpike.Cli;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Client;

namespace Turnpike.Soak;

/// <summary>What many sockets at once did.</summary>
/// <param name="Sockets">How many were connected at once.</param>
/// <param name="Events">How many events each was to receive.</param>
/// <param name="Delivered">How many were received in all.</param>
/// <param name="Wrong">Sockets that received something else than the events in order, or lost their connection.</param>
/// <param name="ConnectSeconds">Until the last was connected.</param>
/// <param name="LastMilliseconds">From the post until the last socket had the first event.</param>
/// <param name="BytesPerSocket">Resident memory of the server over that of the empty one, per idle socket.</param>
public sealed record SocketsFigures(
    int Sockets, int Events, long Delivered, int Wrong, double ConnectSeconds, double LastMilliseconds, long BytesPerSocket)
{
    /// <summary>True if all of them received everything.</summary>
    public bool IsClean => Wrong == 0 && Delivered == (long)Sockets * Events;

    /// <inheritdoc/>
    public override string ToString() =>
        $"soak sockets: sockets {Sockets}, events {Events}, delivered {Delivered} of {(long)Sockets * Events}, wrong {Wrong}, " +
        $"connected in {ConnectSeconds:0.0} s, first event at the last socket after {LastMilliseconds:0} ms, " +
        $"{BytesPerSocket} bytes a socket idle";
}

/// <summary>Holds many sockets on one server at once and delivers to all of them.</summary>
public sealed class SocketsSoak(ulong seed, TextWriter progress)
{
    private const string Target = "/api/v1/streams/valid_transactions";
    private const int Events = 5;
    private const int AtOnce = 64;      // handshakes in flight: below any listen backlog
    private const int Buffer = 512;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    /// <summary>Connects, delivers, counts.</summary>
    /// <param name="count">How many sockets.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<SocketsFigures> RunAsync(int count, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_limit);
        var folder = Directory.CreateTempSubdirectory("turnpike-soak-");
        var sockets = new StreamSocket[count];
        try
        {
            await using var server = await ChildServer.StartAsync(folder.FullName, 0, 0, Limits.For(count), limit.Token);
            using var client = new PlanetmintClient(new PlanetmintClientOptions { Node = server.Main, Stream = server.Streams });
            return await RunAsync(server, client, sockets, limit.Token);
        }
        finally
        {
            foreach (var socket in sockets) socket?.Dispose();
            folder.Delete(recursive: true);
        }
    }

    private async Task<SocketsFigures> RunAsync(
        ChildServer server, PlanetmintClient client, StreamSocket[] sockets, CancellationToken cancellation)
    {
        var dice = new Dice(seed);
        var owner = Chains.Key(dice);
        await PostAsync(client, owner, dice, cancellation);     // whatever is only made at first use is made now
        var empty = server.ResidentBytes;
        var started = Stopwatch.GetTimestamp();
        var together = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };
        await Parallel.ForAsync(0, sockets.Length, together,
            async (i, token) => sockets[i] = await StreamSocket.OpenAsync(server.StreamEndPoint, Target, token, buffer: Buffer));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var perSocket = (server.ResidentBytes - empty) / sockets.Length;
        await progress.WriteLineAsync($"{sockets.Length} sockets connected in {seconds:0.0} s, {perSocket} bytes each");

        var (delivered, wrong, firsts) = (0L, 0, sockets.Length);
        var first = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ids = Enumerable.Range(0, Events).Select(_ => Chains.NewAsset(owner, dice)).ToList();
        var names = ids.Select(t => System.Text.Encoding.ASCII.GetBytes(t.Id.ToString())).ToArray();
        var readers = sockets.Select(ReadAsync).ToList();
        var posted = Stopwatch.GetTimestamp();
        foreach (var transaction in ids)
        {
            var result = await client.PostAsync(transaction, PostMode.Commit, cancellation);
            if (result.Error is { } error) throw new IOException($"a valid transaction was refused: {error.Message}");
        }
        await Task.WhenAll(readers);
        var last = Stopwatch.GetElapsedTime(posted, first.Task.IsCompletedSuccessfully ? await first.Task : posted).TotalMilliseconds;
        return new(sockets.Length, Events, delivered, wrong, seconds, last, perSocket);

        async Task ReadAsync(StreamSocket socket)
        {
            try
            {
                for (var i = 0; i < Events;)
                {
                    if (await socket.ReadAsync(cancellation) is not { Opcode: not 8 } frame) throw new IOException("closed");
                    if (frame.Opcode != 1) continue;
                    if (frame.Payload.Span.IndexOf(names[i]) < 0) throw new IOException("another event");
                    Interlocked.Increment(ref delivered);
                    if (i++ == 0 && Interlocked.Decrement(ref firsts) == 0) first.TrySetResult(Stopwatch.GetTimestamp());
                }
            }
            catch (Exception lost) when (lost is IOException or SocketException or OperationCanceledException)
            {
                Interlocked.Increment(ref wrong);
            }
        }
    }

    private static async Task PostAsync(PlanetmintClient client, OwnerKeyPair owner, Dice dice, CancellationToken cancellation)
    {
        var result = await client.PostAsync(Chains.NewAsset(owner, dice), PostMode.Commit, cancellation);
        if (result.Error is { } error) throw new IOException($"a valid transaction was refused: {error.Message}");
    }
}
