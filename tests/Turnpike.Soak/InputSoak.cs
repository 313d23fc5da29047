using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Turnpike.Cli;
using Turnpike.Planetmint.Client;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Soak;

/// <summary>What bad input did.</summary>
/// <param name="Inputs">How many were sent.</param>
/// <param name="Refused">Answered with a 4xx, or an upgrade refused so.</param>
/// <param name="Answered">Answered with a 2xx or 3xx: still valid queries.</param>
/// <param name="Taken">Transactions that were still valid and are committed.</param>
/// <param name="Closed">Sockets that were closed with a code.</param>
/// <param name="Dropped">Sockets on which what was sent was dropped, and which ended with our side.</param>
/// <param name="Faults">5xx, no answer, a crash, wrong books: what must not be.</param>
public sealed record InputFigures(
    long Inputs, long Refused, long Answered, long Taken, long Closed, long Dropped, IReadOnlyList<string> Faults)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"soak planetmint-input: inputs {Inputs}, refused {Refused}, answered {Answered}, taken {Taken}, closed {Closed}, " +
        $"dropped {Dropped}, faults {Faults.Count}";
}

/// <summary>Sends spoiled bodies, queries, handshakes and frames, and looks whether the server keeps its countenance.</summary>
public sealed class InputSoak(ulong seed, TextWriter progress)
{
    private const int Workers = 8;
    private const int WitnessEvery = 1000;
    private static readonly TimeSpan s_answerLimit = TimeSpan.FromSeconds(20);
    private static readonly string[] s_headers =
    [
        "Upgrade: h2c", "Sec-WebSocket-Version: 8", "Origin: http://evil.example", "Accept: text/event-stream", "Last-Event-ID: x",
    ];

    private readonly Lock _lock = new();
    private readonly List<string> _faults = [];
    private readonly OwnerKeyPair _owner = Chains.Key(new Dice(seed));
    private int _sent, _refused, _answered, _taken, _closed, _dropped;

    /// <summary>Sends so many inputs to a server of its own.</summary>
    /// <param name="count">How many.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<InputFigures> RunAsync(int count, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("turnpike-soak-");
        try
        {
            await using var server = await ChildServer.StartAsync(folder.FullName, 0, 0, Limits.For(1000), cancellation);
            using var client = new PlanetmintClient(new PlanetmintClientOptions { Node = server.Main, Stream = server.Streams });
            var dice = new Dice(seed);
            await Task.WhenAll(Enumerable.Range(0, Workers).Select(i => WorkAsync(
                server, client, dice.Split(), (count + i) / Workers, cancellation)));
            await CheckAfterwardsAsync(server, client, cancellation);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        foreach (var fault in _faults) await progress.WriteLineAsync(fault);
        return new(_sent, _refused, _answered, _taken, _closed, _dropped, [.. _faults]);
    }

    private async Task WorkAsync(ChildServer server, PlanetmintClient client, Dice dice, int count, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = server.Main, Timeout = s_answerLimit };
        var (body, ids) = await ValidAsync(client, dice, cancellation);
        while (count-- > 0)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(s_answerLimit);
            var kind = dice.Next(4);
            try
            {
                switch (kind)
                {
                    case 0 when dice.OnceIn(10): await PostAsync(http, client, Mutation.Respaced(FreshBody(dice), dice), true, limit.Token); break;
                    case 0: await PostAsync(http, client, Mutation.Body(body, dice), false, limit.Token); break;
                    case 1: await QueryAsync(server.MainEndPoint, Mutation.Target(ids, dice), limit.Token); break;
                    case 2: await HandshakeAsync(server.StreamEndPoint, Mutation.Target(ids, dice), dice, limit.Token); break;
                    default: await FramesAsync(server.StreamEndPoint, Mutation.Frames(dice), limit.Token); break;
                }
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                Fault($"input {kind}: no answer within {s_answerLimit.TotalSeconds} s");
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException or SocketException)
            {
                if (server.HasExited) throw new IOException($"the server is gone: {server.Output}");
                Fault($"input {kind}: {broken.Message}");
            }
            if (Interlocked.Increment(ref _sent) % WitnessEvery == 0) await WitnessAsync(client, dice, cancellation);
        }
    }

    /// <summary>Commits a fresh transaction: still valid input is still taken.</summary>
    private async Task<(byte[] Body, string[] Ids)> ValidAsync(PlanetmintClient client, Dice dice, CancellationToken cancellation)
    {
        var first = Chains.NewAsset(_owner, dice);
        var posted = await client.PostAsync(first, PostMode.Commit, cancellation);
        if (posted.Error is { } error) Fault($"a valid transaction was refused: {error.Message}");
        return (FreshBody(dice), [first.Id.ToString(), _owner.Owner.ToString()]);
    }

    private byte[] FreshBody(Dice dice) => Chains.NewAsset(_owner, dice).CanonicalBody.ToArray();

    private async Task WitnessAsync(PlanetmintClient client, Dice dice, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        await ValidAsync(client, dice, cancellation);
        await progress.WriteLineAsync(
            $"{_sent} inputs: {_refused} refused, {_answered} answered, {_taken} taken, {_closed} closed, {_dropped} dropped, "
            + $"{_faults.Count} faults; a valid transaction between them took {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
    }

    private async Task PostAsync(HttpClient http, PlanetmintClient client, byte[] body, bool valid, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(body);
        using var answer = await http.PostAsync(new Uri("/api/v1/transactions", UriKind.Relative), content, cancellation);
        var text = await answer.Content.ReadAsByteArrayAsync(cancellation);
        Judge((int)answer.StatusCode, () => $"{Encoding.UTF8.GetString(text)} to {Encoding.UTF8.GetString(body)}");
        if (valid && answer.StatusCode != HttpStatusCode.Accepted)
            Fault($"a valid body was refused: {Encoding.UTF8.GetString(text)} to {Encoding.UTF8.GetString(body)}");
        if (answer.StatusCode != HttpStatusCode.Accepted) return;

        // Taken means that it was valid as it came: then it is there, under the id that it had.
        Interlocked.Increment(ref _taken);
        using var json = System.Text.Json.JsonDocument.Parse(text);
        var id = json.RootElement.GetProperty("id").GetString()!;
        if (!TransactionId.TryParse(id.AsSpan(), out var read) || await client.GetTransactionAsync(read, cancellation) is null)
            Fault($"202 for {id}, which is not there");
    }

    private async Task QueryAsync(IPEndPoint endpoint, string target, CancellationToken cancellation)
    {
        using var socket = await StreamSocket.ConnectAsync(endpoint, 0, 4096, cancellation);
        var request = $"GET {target} HTTP/1.1\r\nHost: {endpoint}\r\nConnection: close\r\n\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), cancellation);
        Judge(Status(await socket.ReadHeadAsync(cancellation)), () => $"GET {target}");
    }

    private async Task HandshakeAsync(IPEndPoint endpoint, string target, Dice dice, CancellationToken cancellation)
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

    /// <summary>After what we sent our side is closed: a server that waits for more would never end.</summary>
    private async Task FramesAsync(IPEndPoint endpoint, byte[] frames, CancellationToken cancellation)
    {
        using var socket = await StreamSocket.OpenAsync(endpoint, "/api/v1/streams/valid_transactions", cancellation);
        try
        {
            await socket.SendAsync(frames, cancellation);
            socket.HalfClose();
            while (await socket.ReadAsync(cancellation) is { } frame)
            {
                if (frame.Opcode != 8) continue;
                Interlocked.Increment(ref _closed);
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

    private void Judge(int status, Func<string> what)
    {
        if (status is >= 400 and < 500) Interlocked.Increment(ref _refused);
        else if (status is >= 101 and < 400) Interlocked.Increment(ref _answered);
        else Fault($"{(status == 0 ? "no answer" : $"{status}")}: {what()}");
    }

    private static int Status(string head) => head.Split(' ') is [_, var status, ..] && int.TryParse(status, out var code) ? code : 0;

    private async Task CheckAfterwardsAsync(ChildServer server, PlanetmintClient client, CancellationToken cancellation)
    {
        await ValidAsync(client, new Dice(seed + 1), cancellation);
        foreach (var fault in (await client.AuditAsync(cancellation)).Faults) Fault($"audit: {fault}");
        foreach (var error in server.Errors) Fault($"the server's log: {error}");
        if (await server.StopAsync(cancellation) is not 0 and var code) Fault($"the server ended with {code}: {server.Output}");
    }

    private void Fault(string what)
    {
        lock (_lock)
        {
            if (_faults.Count < 100) _faults.Add(what.Length <= 2000 ? what : what[..2000]);
        }
    }
}
