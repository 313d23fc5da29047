using System.Diagnostics;
using System.Net;
using System.Text;
using Turnpike.Cli;
using Turnpike.Planetmint.Client;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Soak;

/// <summary>Sends spoiled bodies, queries, handshakes and frames, and looks whether the server keeps its countenance.</summary>
public sealed class InputSoak(ulong seed, TextWriter progress)
{
    private const int Workers = 8;
    private const int WitnessEvery = 1000;
    private const string Socket = "/api/v1/streams/valid_transactions";

    private readonly InputProbe _probe = new();
    private readonly OwnerKeyPair _owner = Chains.Key(new Dice(seed));

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
        foreach (var fault in _probe.Faults) await progress.WriteLineAsync(fault);
        return _probe.Figures("planetmint-input");
    }

    private async Task WorkAsync(ChildServer server, PlanetmintClient client, Dice dice, int count, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = server.Main, Timeout = InputProbe.Patience };
        var (body, ids) = await ValidAsync(client, dice, cancellation);
        while (count-- > 0)
        {
            var kind = dice.Next(4);
            var sent = await _probe.SendAsync(server, $"input {kind}", limit => kind switch
            {
                0 when dice.OnceIn(10) => PostAsync(http, client, Mutation.Respaced(FreshBody(dice), dice), true, limit),
                0 => PostAsync(http, client, Mutation.Body(body, dice), false, limit),
                1 => _probe.QueryAsync(server.MainEndPoint, Mutation.Target(ids, dice), limit),
                2 => _probe.HandshakeAsync(server.StreamEndPoint, Mutation.Target(ids, dice), dice, limit),
                _ => _probe.FramesAsync(server.StreamEndPoint, Socket, Mutation.Frames(dice), limit),
            }, cancellation);
            if (sent % WitnessEvery == 0) await WitnessAsync(client, dice, cancellation);
        }
    }

    /// <summary>Commits a fresh transaction: still valid input is still taken.</summary>
    private async Task<(byte[] Body, string[] Ids)> ValidAsync(PlanetmintClient client, Dice dice, CancellationToken cancellation)
    {
        var first = Chains.NewAsset(_owner, dice);
        var posted = await client.PostAsync(first, PostMode.Commit, cancellation);
        if (posted.Error is { } error) _probe.Fault($"a valid transaction was refused: {error.Message}");
        return (FreshBody(dice), [first.Id.ToString(), _owner.Owner.ToString()]);
    }

    private byte[] FreshBody(Dice dice) => Chains.NewAsset(_owner, dice).CanonicalBody.ToArray();

    private async Task WitnessAsync(PlanetmintClient client, Dice dice, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        await ValidAsync(client, dice, cancellation);
        await progress.WriteLineAsync(
            $"{_probe.Figures("planetmint-input")}; a valid transaction between them took "
            + $"{Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
    }

    private async Task PostAsync(HttpClient http, PlanetmintClient client, byte[] body, bool valid, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(body);
        using var answer = await http.PostAsync(new Uri("/api/v1/transactions", UriKind.Relative), content, cancellation);
        var text = await answer.Content.ReadAsByteArrayAsync(cancellation);
        _probe.Judge((int)answer.StatusCode, () => $"{Encoding.UTF8.GetString(text)} to {Encoding.UTF8.GetString(body)}");
        if (valid && answer.StatusCode != HttpStatusCode.Accepted)
            _probe.Fault($"a valid body was refused: {Encoding.UTF8.GetString(text)} to {Encoding.UTF8.GetString(body)}");
        if (answer.StatusCode != HttpStatusCode.Accepted) return;

        // Taken means that it was valid as it came: then it is there, under the id that it had.
        _probe.Taken();
        using var json = System.Text.Json.JsonDocument.Parse(text);
        var id = json.RootElement.GetProperty("id").GetString()!;
        if (!TransactionId.TryParse(id.AsSpan(), out var read) || await client.GetTransactionAsync(read, cancellation) is null)
            _probe.Fault($"202 for {id}, which is not there");
    }

    private async Task CheckAfterwardsAsync(ChildServer server, PlanetmintClient client, CancellationToken cancellation)
    {
        await ValidAsync(client, new Dice(seed + 1), cancellation);
        foreach (var fault in (await client.AuditAsync(cancellation)).Faults) _probe.Fault($"audit: {fault}");
        foreach (var error in server.Errors) _probe.Fault($"the server's log: {error}");
        if (await server.StopAsync(cancellation) is not 0 and var code) _probe.Fault($"the server ended with {code}: {server.Output}");
    }
}
