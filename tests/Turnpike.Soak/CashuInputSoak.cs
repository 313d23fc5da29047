using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Turnpike.Cli;
using Turnpike.Kernel.Storage;
using Turnpike.Server;

namespace Turnpike.Soak;

/// <summary>Sends spoiled bodies, paths, messages and frames to a mint, and looks whether it keeps its countenance and its books.</summary>
public sealed class CashuInputSoak(ulong seed, TextWriter progress)
{
    private const int Workers = 8;
    private const int WitnessEvery = 1000;
    private const string Name = "cashu-input";
    private const string Socket = "/v1/ws";

    private static readonly string[] s_paths =
    [
        "/v1/info", "/v1/keys", "/v1/keys/", "/v1/keysets", "/v1/mint/quote/bolt11/", "/v1/melt/quote/bolt11/", "/v1/mint/quote/",
        "/v1/melt/bolt11", "/v1/ws", "/v1/swap", "/v1/", "/dev/cashu/pay", "/admin/cashu/audit", "/admin/cashu/melt/",
    ];

    private readonly InputProbe _probe = new();

    /// <summary>Sends so many inputs to a server of its own.</summary>
    /// <param name="count">How many.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<InputFigures> RunAsync(int count, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("turnpike-soak-");
        try
        {
            await using var server = await ChildServer.StartAsync(folder.FullName, 0, 0, Settings(), cancellation);
            var dice = new Dice(seed);
            await Task.WhenAll(Enumerable.Range(0, Workers).Select(
                i => WorkAsync(server, dice.Split(), (count + i) / Workers, cancellation)));
            await CheckAfterwardsAsync(server, folder.FullName, cancellation);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        foreach (var fault in _probe.Faults) await progress.WriteLineAsync(fault);
        return _probe.Figures(Name);
    }

    private static Dictionary<string, string> Settings() => new(Limits.For(1000))
    {
        ["Turnpike:Cashu:Fake:AutoPayDelay"] = "00:00:00",
        ["Turnpike:Cashu:Fake:PayDelay"] = "00:00:00.010",
        ["Turnpike:Cashu:Limits:SocketsPerAddress"] = "2000",
    };

    private async Task WorkAsync(ChildServer server, Dice dice, int count, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = server.Main, Timeout = InputProbe.Patience };
        var material = await MintMaterial.StartAsync(http, dice, cancellation);
        var bodies = new ValidBody?[MintMaterial.Kinds];
        while (count-- > 0)
        {
            // Bodies twice as often as each of the others: that is where money is.
            var kind = dice.Next(6);
            var sent = await _probe.SendAsync(server, $"input {kind}", limit => kind switch
            {
                0 => _probe.QueryAsync(server.MainEndPoint, Mutation.Target(s_paths, material.Known, dice), limit),
                1 => MessagesAsync(server.MainEndPoint, material, dice, limit),
                2 => _probe.FramesAsync(server.MainEndPoint, Socket, Mutation.Frames(dice), limit),
                _ => PostAsync(http, material, bodies, dice, limit),
            }, cancellation);
            if (sent % WitnessEvery == 0) await WitnessAsync(http, material, cancellation);
        }
    }

    private async Task PostAsync(HttpClient http, MintMaterial material, ValidBody?[] bodies, Dice dice, CancellationToken cancellation)
    {
        var kind = dice.Next(bodies.Length);
        var body = bodies[kind] ??= await material.MakeAsync(kind, cancellation);
        var isValid = dice.OnceIn(20);
        var bytes = isValid ? Mutation.Respaced(body.Bytes, dice) : Mutation.Body(body.Bytes, dice);
        var (status, text) = await SendAsync(http, body.Path, bytes, cancellation);
        _probe.Judge(status, () => $"{text} to {body.Path} {Encoding.UTF8.GetString(bytes)}");
        if (isValid && status != 200) _probe.Fault($"{body.Path}: a valid body was refused: {text} to {Encoding.UTF8.GetString(bytes)}");
        if (status == 400 && !IsError(text)) _probe.Fault($"{body.Path}: an error without detail or code: {text}");
        if (status != 200 || !body.IsMoney) return;
        _probe.Taken();
        bodies[kind] = null;
    }

    /// <summary>One to six spoiled messages, well framed, and one that is answered unless they closed the socket.</summary>
    private async Task MessagesAsync(IPEndPoint endpoint, MintMaterial material, Dice dice, CancellationToken cancellation)
    {
        using var socket = await StreamSocket.OpenAsync(endpoint, Socket, cancellation);
        var bytes = new List<byte>();
        for (var i = 1 + dice.Next(6); i > 0; i--)
        {
            var message = Encoding.UTF8.GetBytes(material.Message());
            Mutation.AppendFrame(bytes, 0x80 | dice.Of(1, 1, 1, 2), dice.OnceIn(10) ? message : Mutation.Body(message, dice), dice);
        }

        Mutation.AppendFrame(bytes, 0x81, """{"jsonrpc":"2.0","id":"fence","method":"dance"}"""u8, dice);
        await socket.SendAsync(bytes.ToArray(), cancellation);
        while (await socket.ReadAsync(cancellation) is { } frame)
        {
            if (frame.Opcode == 8)
            {
                if (frame.CloseCode is 1007 or 1008) _probe.Closed();
                else _probe.Fault($"the socket was closed with {frame.CloseCode} after {Encoding.UTF8.GetString([.. bytes])}");
                return;
            }

            if (frame.Payload.Span.IndexOf("\"fence\""u8) < 0) continue;
            _probe.Dropped();
            return;
        }

        _probe.Fault("a socket ended without a close");
    }

    /// <summary>Whatever came before, a mint, a swap and a melt are carried out.</summary>
    private async Task WitnessAsync(HttpClient http, MintMaterial material, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var kind in new[] { 0, 2, 4 })
        {
            var body = await material.MakeAsync(kind, cancellation);
            var (status, text) = await SendAsync(http, body.Path, body.Bytes, cancellation);
            if (status != 200) _probe.Fault($"{body.Path}: a valid body was refused: {text}");
        }

        await progress.WriteLineAsync(
            $"{_probe.Figures(Name)}; a mint, a swap and a melt between them took "
            + $"{Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
    }

    private static async Task<(int Status, string Text)> SendAsync(
        HttpClient http, string path, byte[] body, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(body);
        using var answer = await http.PostAsync(new Uri(path, UriKind.Relative), content, cancellation);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellation));
    }

    private static bool IsError(string text)
    {
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty("code").GetInt32() >= 10_000 && json.RootElement.GetProperty("detail").GetString()!.Length > 0;
    }

    /// <summary>The books, as the running mint and as the file has them; what the server said; and its end.</summary>
    private async Task CheckAfterwardsAsync(ChildServer server, string folder, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = server.Main };
        await WitnessAsync(http, await MintMaterial.StartAsync(http, new Dice(seed + 1), cancellation), cancellation);
        var token = await File.ReadAllTextAsync(Path.Combine(folder, "admin-token"), cancellation);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
        using var audit = JsonDocument.Parse(await http.GetStringAsync(new Uri("/admin/cashu/audit", UriKind.Relative), cancellation));
        foreach (var fault in audit.RootElement.GetProperty("faults").EnumerateArray()) _probe.Fault($"audit: {fault}");
        foreach (var unit in audit.RootElement.GetProperty("units").EnumerateArray()) await progress.WriteLineAsync($"books: {unit}");
        foreach (var error in server.Errors) _probe.Fault($"the server's log: {error}");
        if (await server.StopAsync(cancellation) is not 0 and var code) _probe.Fault($"the server ended with {code}: {server.Output}");
        foreach (var fault in await DatabaseCheck.RunAsync(Path.Combine(folder, "turnpike.db"), Systems.Audits, cancellation))
            _probe.Fault($"the database: {fault}");
    }
}
