using System.Diagnostics;
using System.Text.Json;
using Turnpike.Kernel.Sockets;

namespace Turnpike.Kernel.Tests.Sockets;

/// <summary>What other people's clients make of our framing: npm's ws and Python's websockets.</summary>
public sealed class ThirdPartyClientTests
{
    private const string Ws = """
        import WebSocket from 'ws';
        const base = process.argv[1];
        const seen = {};
        const open = (path) => new Promise((resolve, reject) => {
          const ws = new WebSocket(base + path, ['other', 'echo.v1'], { perMessageDeflate: true });
          ws.once('open', () => resolve(ws)); ws.once('error', reject);
        });
        const once = (ws, event) => new Promise((resolve) => ws.once(event, (...args) => resolve(args)));
        const echo = async (ws, data) => { const got = once(ws, 'message'); ws.send(data); return (await got)[0]; };
        const ws = await open('/echo/a');
        seen.protocol = ws.protocol; seen.extensions = ws.extensions;
        seen.text = (await echo(ws, 'Grüße €')).toString();
        seen.binary = (await echo(ws, Buffer.from([0, 255, 1]))).toString('hex');
        const large = 'x'.repeat(1 << 20);
        seen.large = (await echo(ws, large)).toString() === large;
        const fragments = once(ws, 'message');
        ws.send('one ', { fin: false }); ws.send('two ', { fin: false }); ws.send('three', { fin: true });
        seen.fragments = (await fragments)[0].toString();
        const pong = once(ws, 'pong'); ws.ping('payload'); seen.pong = (await pong)[0].toString();
        const closed = once(ws, 'close'); ws.close(4001, 'bye');
        const [code, reason] = await closed; seen.close = `${code} ${reason}`;
        const other = await open('/echo/b');
        const asked = once(other, 'close'); other.send('close please');
        const [theirCode, theirReason] = await asked; seen.serverClose = `${theirCode} ${theirReason}`;
        const big = await open('/echo/c');
        const tooBig = once(big, 'close'); big.on('error', () => {}); big.send('x'.repeat((1 << 20) + 1));
        seen.tooBig = (await tooBig)[0];
        const refused = new WebSocket(base + '/echo/no');
        seen.refused = await new Promise((resolve) => refused.on('unexpected-response', (_, answer) => resolve(answer.statusCode)));
        console.log(JSON.stringify(seen));
        process.exit(0);
        """;

    private const string Python = """
        import asyncio, json, sys, websockets
        base = sys.argv[1]
        async def main():
            seen = {}
            async with websockets.connect(base + "/echo/a", subprotocols=["other", "echo.v1"], max_size=None) as ws:
                seen["protocol"] = ws.subprotocol
                seen["extensions"] = ""
                await ws.send("Grüße €"); seen["text"] = await ws.recv()
                await ws.send(bytes([0, 255, 1])); seen["binary"] = (await ws.recv()).hex()
                large = "x" * (1 << 20)
                await ws.send(large); seen["large"] = await ws.recv() == large
                await ws.send(["one ", "two ", "three"]); seen["fragments"] = await ws.recv()
                await asyncio.wait_for(await ws.ping("payload"), 20); seen["pong"] = "payload"
                await ws.close(4001, "bye"); seen["close"] = f"{ws.close_code} {ws.close_reason}"
            async with websockets.connect(base + "/echo/b") as ws:
                await ws.send("close please"); await ws.wait_closed()
                seen["serverClose"] = f"{ws.close_code} {ws.close_reason}"
            async with websockets.connect(base + "/echo/c", max_size=None) as ws:
                await ws.send("x" * ((1 << 20) + 1)); await ws.wait_closed()
                seen["tooBig"] = ws.close_code
            try:
                await websockets.connect(base + "/echo/no")
            except websockets.InvalidStatusCode as refused:
                seen["refused"] = refused.status_code
            print(json.dumps(seen))
        asyncio.run(main())
        """;

    [Fact]
    public async Task Node_ws_gets_on_with_us()
    {
        await using var host = await TestHost.StartEchoAsync();
        Check(await RunAsync("node", NpmFolder(), host, "--input-type=module", "-e", Ws), close: "4001 bye");
    }

    [Fact]
    public async Task Python_websockets_gets_on_with_us()
    {
        await using var host = await TestHost.StartEchoAsync();
        Check(await RunAsync("/usr/bin/python3", AppContext.BaseDirectory, host, "-c", Python), close: "4001 bye");
    }

    /// <summary>The answer to a close has its code; a reason is the closer's own, and neither client shows the answer's.</summary>
    private static void Check(JsonElement seen, string close)
    {
        Assert.Equal("echo.v1", seen.GetProperty("protocol").GetString());
        Assert.Equal("", seen.GetProperty("extensions").GetString());
        Assert.Equal("Grüße €", seen.GetProperty("text").GetString());
        Assert.Equal("00ff01", seen.GetProperty("binary").GetString());
        Assert.True(seen.GetProperty("large").GetBoolean());
        Assert.Equal("one two three", seen.GetProperty("fragments").GetString());
        Assert.Equal("payload", seen.GetProperty("pong").GetString());
        Assert.StartsWith(close[..4], seen.GetProperty("close").GetString());
        Assert.Equal("4321 as you like", seen.GetProperty("serverClose").GetString());
        Assert.Equal(CloseCodes.TooBig, seen.GetProperty("tooBig").GetInt32());
        Assert.Equal(404, seen.GetProperty("refused").GetInt32());
    }

    private static async Task<JsonElement> RunAsync(string program, string folder, TestHost host, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, [.. arguments, $"ws://127.0.0.1:{host.Port}"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEndAsync();
        var complained = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
        Assert.True(process.ExitCode == 0, await complained);
        return JsonDocument.Parse(await said).RootElement;
    }

    private static string NpmFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var npm = Path.Combine(folder.FullName, "tests", "Turnpike.Conformance", "npm");
            if (!Directory.Exists(npm)) continue;
            Assert.True(Directory.Exists(Path.Combine(npm, "node_modules", "ws")), $"Run 'npm ci' in {npm} first; the launcher does.");
            return npm;
        }
        throw new DirectoryNotFoundException("tests/Turnpike.Conformance/npm");
    }
}
