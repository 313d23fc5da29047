using Turnpike.Planetmint.Client;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Tests.Client;

/// <summary>A stream over a server that breaks it in every way that was met: each event once, in order.</summary>
public sealed class Resume
{
    private const string Stream = "/api/v1/streams/valid_transactions";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static TheoryData<string> Ends => ["drop", "half close", "reset", "goodbye", "slow consumer", "half a frame", "half a message"];

    [Theory, MemberData(nameof(Ends))]
    public async Task A_stream_that_breaks_goes_on_after_the_last_event(string end)
    {
        await using var server = new ScriptedStream(null,
            async c =>
            {
                await c.AcceptAsync();
                await c.SendTextAsync(Event(1, 1));
                await c.SendTextAsync(Event(2, 1));
                await EndAsync(c, end);
            },
            async c => { await c.AcceptAsync(); await c.SendTextAsync(Event(3, 2)); });

        Assert.Equal([1, 2, 3], await TakeAsync(server, StreamPosition.FromHeight(0), 3));
        Assert.Equal([$"{Stream}?from_height=0", $"{Stream}?after={Id(2)}"], server.Targets);
    }

    [Fact]
    public async Task What_the_server_repeats_at_the_seam_is_told_once()
    {
        await using var server = new ScriptedStream(null,
            async c => { await c.AcceptAsync(); await c.SendTextAsync(Event(1, 5)); await c.SendTextAsync(Event(2, 5)); c.Reset(); },
            async c =>
            {
                await c.AcceptAsync();
                foreach (var (n, height) in new[] { (9, 4), (1, 5), (2, 5), (3, 5), (4, 6), (4, 6), (1, 5) })
                    await c.SendTextAsync(Event(n, height));
                c.HalfClose();
            },
            async c => { await c.AcceptAsync(); await c.SendTextAsync(Event(4, 6)); await c.SendTextAsync(Event(5, 6)); });

        Assert.Equal([1, 2, 3, 4, 5], await TakeAsync(server, StreamPosition.FromHeight(0), 5));
    }

    [Fact]
    public async Task The_event_that_was_resumed_after_is_not_told_again()
    {
        await using var server = new ScriptedStream(null,
            async c => { await c.AcceptAsync(); await c.SendTextAsync(Event(7, 3)); await c.SendTextAsync(Event(8, 3)); });

        Assert.Equal([8], await TakeAsync(server, StreamPosition.After(Id(7)), 1));
        Assert.Equal($"/api/v1/streams/valid_transactions?after={Id(7)}", Assert.Single(server.Targets));
    }

    [Fact]
    public async Task A_stream_from_now_that_breaks_before_its_first_event_loses_none()
    {
        await using var server = new ScriptedStream(
            c => c.AnswerAsync("200 OK", "", "{\"height\":41,\"transactions\":[]}"),
            async c => { await c.AcceptAsync(); c.Reset(); },
            async c => { await c.AcceptAsync(); await c.SendTextAsync(Event(1, 42)); });

        Assert.Equal([1], await TakeAsync(server, StreamPosition.Now, 1));
        Assert.All(server.Targets, t => Assert.EndsWith("?from_height=42", t));
    }

    [Fact]
    public async Task Waits_double_from_half_a_second_to_ten_and_start_anew_after_an_event()
    {
        static Task Busy(ScriptedConnection c) => c.AnswerAsync("503 Service Unavailable", "", "");
        var clock = new ImpatientClock();
        await using var server = new ScriptedStream(null, Busy, Busy, Busy, Busy, Busy, Busy, Busy,
            async c => { await c.AcceptAsync(); await c.SendTextAsync(Event(1, 1)); c.Reset(); },
            async c => { await c.AcceptAsync(); await c.SendTextAsync(Event(2, 1)); });

        Assert.Equal([1, 2], await TakeAsync(server, StreamPosition.Beginning, 2, clock));
        double[] most = [0.5, 1, 2, 4, 8, 10, 10, 0.5];
        Assert.Equal(most.Length, clock.Waits.Count);
        Assert.All(clock.Waits.Zip(most), pair => Assert.InRange(pair.First.TotalSeconds, pair.Second / 2 - 0.001, pair.Second));
    }

    [Theory]
    [InlineData("503 Service Unavailable")]
    [InlineData("429 Too Many Requests")]
    public async Task A_node_that_asks_for_a_while_gets_it(string status)
    {
        var clock = new ImpatientClock();
        await using var server = new ScriptedStream(null,
            c => c.AnswerAsync(status, "Retry-After: 17\r\n", ""),
            async c => { await c.AcceptAsync(); await c.SendTextAsync(Event(1, 1)); });

        Assert.Equal([1], await TakeAsync(server, StreamPosition.Beginning, 1, clock));
        Assert.Equal([TimeSpan.FromSeconds(17)], clock.Waits);
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_left()
    {
        await using var server = new ScriptedStream(null,
            async c => { await c.AcceptAsync(); await c.SendTextAsync(Event(1, 1)); },      // and never answers a ping
            async c => { await c.AcceptAsync(); await c.SendTextAsync(Event(2, 1)); });

        Assert.Equal([1, 2], await TakeAsync(server, StreamPosition.Beginning, 2));
    }

    [Theory]
    [InlineData("404 Not Found", "{\"message\":\"Not found\",\"status\":404}", 404, "Not found")]
    [InlineData("400 Bad Request", "{\"message\":{\"public_key\":\"Invalid base58 ed25519 key\"}}", 400, "public_key: Invalid base58")]
    public async Task A_refusal_that_will_not_pass_ends_the_stream_with_the_nodes_words(string status, string body, int code, string text)
    {
        await using var server = new ScriptedStream(c => c.AnswerAsync(status, "", body), c => c.AnswerAsync(status, "", body));

        var error = await Assert.ThrowsAsync<PlanetmintClientException>(() => TakeAsync(server, StreamPosition.After(Id(1)), 1));
        Assert.Equal(code, error.Status);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"transaction_id\":\"12\",\"asset_id\":\"12\",\"height\":1}")]
    [InlineData("not json")]
    public async Task What_is_no_event_ends_the_stream_and_is_shown(string message)
    {
        await using var server = new ScriptedStream(null, async c => { await c.AcceptAsync(); await c.SendTextAsync(message); });

        var error = await Assert.ThrowsAsync<PlanetmintClientException>(() => TakeAsync(server, StreamPosition.Beginning, 1));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_filter_is_sent_with_every_handshake()
    {
        await using var server = new ScriptedStream(null,
            async c => { await c.AcceptAsync(); c.Reset(); },
            async c => { await c.AcceptAsync(); await c.SendTextAsync(Event(1, 1)); });
        var filter = new StreamFilter([], [], [Id(2), Id(1)], [Operation.Transfer]);

        await TakeAsync(server, StreamPosition.FromHeight(3), 1, filter: filter);

        Assert.Equal(2, server.Targets.Count);
        Assert.All(server.Targets, t => Assert.EndsWith($"?asset_id={Id(1)}&asset_id={Id(2)}&operation=TRANSFER&from_height=3", t));
    }

    [Fact]
    public async Task Blocks_resume_behind_the_last_height()
    {
        static string Block(int height) => $$"""{"height":{{height}},"hash":"ab","transaction_ids":["{{Id(height)}}"]}""";
        await using var server = new ScriptedStream(null,
            async c => { await c.AcceptAsync(); await c.SendTextAsync(Block(1)); await c.SendTextAsync(Block(2)); c.Reset(); },
            async c => { await c.AcceptAsync(); await c.SendTextAsync(Block(2)); await c.SendTextAsync(Block(3)); });
        using var client = Connect(server, new ImpatientClock());
        using var patience = new CancellationTokenSource(Patience);
        var heights = new List<long>();

        await foreach (var block in client.Blocks(StreamFilter.None, 0, patience.Token))
        {
            heights.Add(block.Height);
            if (heights.Count == 3) break;
        }

        Assert.Equal([1, 2, 3], heights);
        Assert.Equal(["/api/v1/streams/valid_blocks?from_height=0", "/api/v1/streams/valid_blocks?from_height=3"], server.Targets);
    }

    [Fact]
    public async Task A_large_event_with_its_transaction_arrives_as_the_bytes_that_were_sent()
    {
        var body = $$"""{"asset":{"data":{"text":"{{new string('ü', 20_000)}}","n":1e-05} } }""";
        var message = $$"""{"transaction_id":"{{Id(1)}}","asset_id":"{{Id(1)}}","height":1,"transaction":{{body}} }""";
        await using var server = new ScriptedStream(null, async c => { await c.AcceptAsync(); await c.SendTextAsync(message); });
        using var client = Connect(server, new ImpatientClock());
        using var patience = new CancellationTokenSource(Patience);

        await foreach (var e in client.TransactionsWithBodies(StreamFilter.None, StreamPosition.Beginning, patience.Token))
        {
            Assert.Equal(body, System.Text.Encoding.UTF8.GetString(e.Transaction.Span));
            break;
        }
        Assert.EndsWith("&include=transaction", Assert.Single(server.Targets));
    }

    private static async Task EndAsync(ScriptedConnection connection, string how)
    {
        switch (how)
        {
            case "drop": connection.Dispose(); break;
            case "half close": connection.HalfClose(); break;
            case "reset": connection.Reset(); break;
            case "goodbye": await connection.CloseAsync(1001, "server shuts down"); break;
            case "slow consumer": await connection.CloseAsync(1013, "slow consumer"); break;
            case "half a frame": await connection.WriteAsync([0x81, 126, 0x01]); connection.HalfClose(); break;
            default: await connection.SendFrameAsync(0x01, "{\"trans"u8.ToArray()); connection.HalfClose(); break;
        }
    }

    private static async Task<List<int>> TakeAsync(
        ScriptedStream server, StreamPosition from, int count, ImpatientClock? clock = null, StreamFilter? filter = null)
    {
        using var client = Connect(server, clock ?? new ImpatientClock());
        using var patience = new CancellationTokenSource(Patience);
        var taken = new List<int>();
        await foreach (var e in client.Transactions(filter ?? StreamFilter.None, from, patience.Token))
        {
            taken.Add(Convert.ToInt32(e.TransactionId.ToString(), 16));
            if (taken.Count == count) break;
        }
        return taken;
    }

    private static PlanetmintClient Connect(ScriptedStream server, ImpatientClock clock) => new(new PlanetmintClientOptions
    {
        Node = server.Address,
        Clock = clock,
        RequestTimeout = ImpatientClock.Never,
        KeepAliveInterval = TimeSpan.FromMilliseconds(50),
        KeepAliveTimeout = TimeSpan.FromMilliseconds(200),
    });

    private static TransactionId Id(int n) =>
        TransactionId.TryParse(n.ToString("x64", System.Globalization.CultureInfo.InvariantCulture), out var id)
            ? id
            : throw new InvalidOperationException();

    private static string Event(int n, long height) => $$"""{"transaction_id":"{{Id(n)}}","asset_id":"{{Id(1)}}","height":{{height}}}""";
}
