using System.Text.Json;

namespace Turnpike.Conformance.Planetmint;

/// <summary>What a stream answers before it is one, and what it does with what clients send.</summary>
public sealed class StreamHandshakeTests(NodeHost node) : IClassFixture<NodeHost>
{
    private const string Key = "9uPfUfT4BiNkAc4VThzRS72Pa2Rwprxf9cMV5QPBKNQw";
    private static readonly string s_unknown = new('0', 64);

    public static TheoryData<string, int, string> Refusals => new()
    {
        { "valid_transactions?from_height=1&after=" + s_unknown, 400,
            """{"message":"Only one of from_height and after can be given","status":400}""" },
        { "valid_blocks?from_height=1&after=1", 400, """{"message":"Only one of from_height and after can be given","status":400}""" },
        { "valid_transactions?foo=1", 400, """{"message":"Unknown arguments: foo"}""" },
        { "valid_transactions?public_keys=" + Key, 400, """{"message":"Unknown arguments: public_keys"}""" },
        { "valid_transactions?Operation=CREATE", 400, """{"message":"Unknown arguments: Operation"}""" },
        { "valid_transactions?public_key=nonsense", 400, """{"message":{"public_key":"Invalid base58 ed25519 key"}}""" },
        { "valid_transactions?public_key=" + Key + ",", 400, """{"message":{"public_key":"Invalid base58 ed25519 key"}}""" },
        { "valid_transactions?involves=0" + Key, 400, """{"message":{"involves":"Invalid base58 ed25519 key"}}""" },
        { "valid_transactions?asset_id=xyz", 400, """{"message":{"asset_id":"Invalid hash"}}""" },
        { "valid_transactions?after=12", 400, """{"message":{"after":"Invalid hash"}}""" },
        { "valid_transactions?operation=VOTE", 400, """{"message":{"operation":"Operation must be \"CREATE\" or \"TRANSFER\""}}""" },
        { "valid_transactions?from_height=-1", 400, """{"message":{"from_height":"Must be a whole number, 0 or larger"}}""" },
        { "valid_transactions?from_height=1.5", 400, """{"message":{"from_height":"Must be a whole number, 0 or larger"}}""" },
        { "valid_blocks?after=" + s_unknown + "x", 400, """{"message":{"after":"Must be a whole number, 0 or larger"}}""" },
        { "valid_transactions?caught_up=yes", 400,
            """{"message":{"caught_up":"Boolean value must be \"true\" or \"false\" (lowercase)"}}""" },
        { "valid_transactions?include=everything", 400, """{"message":{"include":"Must be \"transaction\""}}""" },
        { "valid_transactions?dialect=bigchaindb", 400, """{"message":{"dialect":"Must be \"planetmint2\""}}""" },
        { "valid_transactions?after=" + s_unknown, 404, """{"message":"Not found","status":404}""" },
        { "valid_votes", 404, """{"message":"Not found","status":404}""" },
        { "valid_votes/", 404, """{"message":"Not found","status":404}""" },
    };

    [Theory, MemberData(nameof(Refusals))]
    public async Task A_handshake_that_cannot_be_is_refused_with_its_text_on_both_ports_and_as_events(string path, int status, string body)
    {
        foreach (var streamPort in (bool[])[true, false])
        {
            var socket = await node.HandshakeAsync("/api/v1/streams/" + path, streamPort);
            Assert.Equal((status, body), (socket.Status, socket.Body));
            var events = await node.GetAsync("/api/v1/streams/" + path, streamPort, ("Accept", "text/event-stream"));
            Assert.Equal((status, body), (events.Status, events.Body));
            Assert.Equal("*", Assert.Single(events.Headers.GetValues("Access-Control-Allow-Origin")));
        }
    }

    [Theory]
    [InlineData("/api/v1/streams/valid_transactions"), InlineData("/api/v1/streams/valid_transactions/")]
    [InlineData("/api/v1/streams/valid_blocks"), InlineData("/api/v1/streams/valid_blocks/?from_height=0")]
    public async Task A_plain_GET_of_a_stream_is_told_to_upgrade(string path)
    {
        foreach (var streamPort in (bool[])[true, false])
        {
            var answer = await node.GetAsync(path, streamPort);
            Assert.Equal(426, answer.Status);
            Assert.Equal("websocket", Assert.Single(answer.Headers.GetValues("Upgrade")));
            Assert.Equal(426, answer.Json.GetProperty("status").GetInt32());
            Assert.NotEqual("", answer.Message);
            Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        }
    }

    [Fact]
    public async Task The_streams_are_listed_with_the_parameters_that_they_take()
    {
        foreach (var (path, streamPort) in new[] { ("/api/v1/streams", true), ("/api/v1/streams/", false), ("/api/v1/streams/", true) })
        {
            var answer = await node.GetAsync(path, streamPort);
            Assert.Equal(200, answer.Status);
            Assert.Equal(["valid_transactions", "valid_blocks"],
                answer.Json.EnumerateArray().Select(s => s.GetProperty("stream").GetString()));
            foreach (var parameter in answer.Json[0].GetProperty("parameters").EnumerateArray().Select(p => p.GetString()))
            {
                var refusal = await node.HandshakeAsync($"/api/v1/streams/valid_transactions?{parameter}=%01");
                Assert.True(refusal.Status == 400, $"{parameter}: {refusal.Status}");
                Assert.Equal(parameter, Assert.Single(refusal.Json.GetProperty("message").EnumerateObject()).Name);
            }
        }
    }

    [Fact]
    public async Task A_hundred_values_are_taken_and_one_more_is_not()
    {
        var keys = string.Join(',', Enumerable.Range(0, 100).Select(_ => Make.Key().Owner));
        using (await node.SubscribeAsync($"{Listener.Transactions}?public_key={keys}")) { }
        var refused = await node.HandshakeAsync($"{Listener.Transactions}?public_key={keys}&public_key={Key}");
        Assert.Equal((400, """{"message":{"public_key":"At most 100 values"}}"""), (refused.Status, refused.Body));
    }

    [Fact]
    public async Task No_subprotocol_and_no_compression_is_selected()
    {
        using var connection = await RawConnection.OpenAsync(node.Streams);
        await connection.SendAsync(
            $"GET {Listener.Transactions}/ HTTP/1.1\r\nHost: node\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
            "Sec-WebSocket-Protocol: wamp, mqtt\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
        var head = await connection.HeadAsync();
        Assert.StartsWith("HTTP/1.1 101 ", head, StringComparison.Ordinal);
        Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", head, StringComparison.Ordinal);
        Assert.DoesNotContain("Sec-WebSocket-Protocol", head, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Sec-WebSocket-Extensions", head, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task What_a_subscriber_sends_is_dropped_and_its_pings_and_close_are_answered()
    {
        using var listener = await node.SubscribeAsync(Listener.Transactions);
        foreach (var (opcode, size) in new[] { (1, 10), (2, 70_000), (1, 300), (1, 0) })
        {
            await listener.SendAsync(opcode, [.. Enumerable.Repeat((byte)0xFF, size)]);      // not even UTF-8
            var made = Make.Asset(Make.Key());
            var height = await node.CommitBlockAsync(made);
            Assert.Equal(Make.Event(made, height), await listener.NextAsync());
        }

        await listener.SendAsync(1, "{\"sub"u8.ToArray(), isFinal: false);
        Assert.Empty(await listener.UntilPongAsync());
        await listener.SendAsync(0, "scribe\":"u8.ToArray(), isFinal: false);
        await listener.SendAsync(8, [4001 >> 8, 4001 & 0xFF, (byte)'b', (byte)'y', (byte)'e']);
        var (messages, code, _) = await listener.UntilClosedAsync();
        Assert.Empty(messages);
        Assert.Equal(4001, code);
    }

    [Fact]
    public async Task Events_are_records_of_lines_with_the_cursor_as_id()
    {
        var (first, second) = (Make.Asset(Make.Key()), Make.Asset(Make.Key()));
        var height = await node.CommitBlockAsync(first, second);
        using var connection = await RawConnection.OpenAsync(node.Streams);
        await connection.SendAsync(
            $"GET {Listener.Transactions}?from_height={height} HTTP/1.1\r\nHost: node\r\nAccept: text/event-stream\r\n\r\n");
        var head = await connection.HeadAsync();
        Assert.StartsWith("HTTP/1.1 200 ", head, StringComparison.Ordinal);
        foreach (var line in (string[])["Content-Type: text/event-stream", "Cache-Control: no-store", "X-Accel-Buffering: no",
            "Access-Control-Allow-Origin: *"])
            Assert.Contains(line + "\r\n", head, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith("retry: 2000\n\n", await connection.UntilAsync("\n\n"), StringComparison.Ordinal);
        var text = await connection.UntilAsync($"id: {second.Id}\ndata: {Make.Event(second, height)}\n\n");
        Assert.Contains($"id: {first.Id}\ndata: {Make.Event(first, height)}\n\n", text, StringComparison.Ordinal);

        using var blocks = await RawConnection.OpenAsync(node.Main);
        await blocks.SendAsync(
            $"GET {Listener.Blocks}/?from_height=0 HTTP/1.1\r\nHost: node\r\n" +
            $"Accept: text/html, text/event-stream\r\nLast-Event-ID: {height - 1}\r\n\r\n");
        await blocks.UntilAsync("retry: 2000\n\n");
        var record = await blocks.UntilAsync("\n\n");
        Assert.Contains($"id: {height}\ndata: {{\"height\":{height},\"hash\":", record, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_event_id_wins_over_what_the_address_says_and_must_be_one()
    {
        var made = Make.Asset(Make.Key());
        var next = Make.Asset(Make.Key());
        var height = await node.CommitBlockAsync(made, next);
        using var connection = await RawConnection.OpenAsync(node.Streams);
        await connection.SendAsync(
            $"GET {Listener.Transactions}?after={s_unknown} HTTP/1.1\r\nHost: node\r\n" +
            $"Accept: text/event-stream\r\nLast-Event-ID: {made.Id}\r\n\r\n");
        await connection.UntilAsync("retry: 2000\n\n");
        Assert.Contains($"id: {next.Id}\ndata: {Make.Event(next, height)}\n\n", await connection.UntilAsync("}\n\n"),
            StringComparison.Ordinal);

        foreach (var (id, status) in new[] { (s_unknown, 404), ("nonsense", 400) })
        {
            var refused = await node.GetAsync(Listener.Transactions, true, ("Accept", "text/event-stream"), ("Last-Event-ID", id));
            Assert.Equal(status, refused.Status);
            Assert.Equal(JsonValueKind.Object, refused.Json.ValueKind);
        }
    }
}
