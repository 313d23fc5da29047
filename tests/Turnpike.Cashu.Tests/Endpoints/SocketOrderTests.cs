using System.Globalization;
using System.Text.Json;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Tests.Backends;
using Turnpike.Tests;

namespace Turnpike.Cashu.Tests.Endpoints;

/// <summary>
/// State, then every change once and in order: whatever comes and goes, however slowly somebody reads, wherever one resumes.
/// </summary>
public sealed class SocketOrderTests
{
    private const int Points = 20;

    private static readonly (string, string)[] s_noRate = [("Turnpike:Cashu:Limits:MessageBurst", "1000000")];

    /// <summary>Each change of a point has a number, one more than the one before; it is in the witness.</summary>
    [Theory, InlineData(StoreKind.Sqlite, 1), InlineData(StoreKind.Postgres, 2)]
    public async Task Each_subscriber_sees_the_state_and_then_every_change_once(StoreKind kind, int seed)
    {
        await using var host = await SocketHost.StartAsync(kind, [.. s_noRate, ("Turnpike:Sockets:OutboxBytes", "16384")]);
        var numbers = new int[Points];
        var writing = WriteAsync(host, numbers, changes: 600, (ulong)seed);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => FollowAsync(host, i % 2 == 0, (ulong)((seed * 100) + i), writing, numbers)));
    }

    [Theory]
    [InlineData(StoreKind.Sqlite, true), InlineData(StoreKind.Sqlite, false)]
    [InlineData(StoreKind.Postgres, true), InlineData(StoreKind.Postgres, false)]
    public async Task A_cursor_from_anywhere_gives_exactly_what_came_after_it(StoreKind kind, bool isDraft)
    {
        await using var host = await SocketHost.StartAsync(kind, s_noRate);
        var numbers = new int[Points];
        await using var first = await host.ConnectAsync();
        await first.SendAsync(Subscribe(isDraft, "all", Enumerable.Range(0, Points), "null"));
        List<(int Point, int Number, string? Seq)> seen = [];
        await SeeAsync(Points);         // before the first change: else the states would hold some
        await WriteAsync(host, numbers, changes: 120, 3);
        await SeeAsync(Points + 120);
        Assert.All(seen[..(Points - 1)], s => Assert.Null(s.Seq));
        for (var at = Points - 1; at < seen.Count; at += 7)
        {
            await using var again = await host.ConnectAsync();
            await again.SendAsync(Subscribe(isDraft, "all", Enumerable.Range(0, Points), $"\"{seen[at].Seq}\""));
            await again.SendAsync(Subscribe(isDraft, "end", [0], null));
            foreach (var expected in seen[(at + 1)..])
            {
                (int, int, string?, string)? found = null;
                while (found is null || found.Value.Item4 == "end") found = Read(await again.ReadAsync());
                Assert.Equal(expected, (found.Value.Item1, found.Value.Item2, found.Value.Item3));
            }
        }

        async Task SeeAsync(int count)
        {
            while (seen.Count < count)
                if (Read(await first.ReadAsync()) is { } change) seen.Add((change.Point, change.Number, change.Seq));
        }
    }

    [Fact]
    public async Task A_reader_that_is_far_behind_misses_nothing()
    {
        await using var host = await SocketHost.StartAsync([.. s_noRate, ("Turnpike:Sockets:OutboxBytes", "65536")]);
        await using var slow = await host.ConnectAsync();
        var y = SocketHost.Y(0);
        await slow.SendAsync(Subscribe(true, "s", [0], null));
        Assert.Equal(0, Read(await slow.ReadAsync())!.Value.Number);
        var padding = new string(' ', 3000);
        const int count = 4000;         // 12 MB: more than any socket holds
        for (var i = 1; i <= count; i += 50)
        {
            var from = i;
            await host.CommitAsync(work =>
            {
                for (var n = from; n < from + 50; n++)
                    Cashu.Storage.ProofChanged.Append(work, y, ProofState.Spent, n.ToString(CultureInfo.InvariantCulture) + padding);
            });
        }
        for (var i = 1; i <= count; i++) Assert.Equal(i, Read(await slow.ReadAsync())!.Value.Number);
    }

    /// <summary>A commit that changes ten points of each.</summary>
    [Fact]
    public async Task A_thousand_sockets_get_each_their_own()
    {
        await using var host = await SocketHost.StartAsync([.. s_noRate, ("Turnpike:Cashu:Limits:SocketsPerAddress", "2000"),
            ("Turnpike:Sockets:MaxSocketsPerAddress", "2000"), ("Turnpike:Sockets:HandshakeBurst", "100000")]);
        var wallets = new List<WalletSocket>();
        for (var i = 0; i < 1000; i++)
        {
            wallets.Add(await host.ConnectAsync());
            await wallets[^1].SendAsync(Subscribe(i % 2 == 0, "s", Enumerable.Range(i * 10, 10), null));
            for (var n = 0; n < 10;) if (Read(await wallets[^1].ReadAsync()) is not null) n++;
        }
        await host.SetAsync([.. Enumerable.Range(0, 10_000).Select(i => (SocketHost.Y(i), (string?)null))], ProofState.Pending);
        for (var i = 0; i < 1000; i++)
        {
            for (var n = 0; n < 10; n++) Assert.Equal(SocketHost.Y((i * 10) + n).ToString(), YOf(await wallets[i].ReadAsync()));
            await wallets[i].DisposeAsync();
        }
    }

    [Fact]
    public async Task One_socket_may_follow_ten_thousand_points_and_no_more()
    {
        await using var host = await SocketHost.StartAsync();
        await using var wallet = await host.ConnectAsync();
        for (var s = 0; s < 10; s++)
        {
            await wallet.SendAsync(Subscribe(true, $"s{s}", Enumerable.Range(s * 1000, 1000), null));
            for (var n = 0; n < 1000; n++) Assert.Equal(SocketHost.Y((s * 1000) + n).ToString(), YOf(await wallet.ReadAsync()));
        }
        await wallet.SendAsync(Subscribe(true, "one", [10_000], null));
        Assert.Equal("limit [one]: more than 10000 objects on one socket", (await wallet.ReadAsync())[1].GetString());
        await wallet.SendAsync(Subscribe(false, "one", [10_000], null));
        Assert.Equal(-32602, (await wallet.ReadAsync()).GetProperty("error").GetProperty("code").GetInt32());
        await host.SetAsync([.. Enumerable.Range(0, 10_000).Select(i => (SocketHost.Y(i), (string?)null))], ProofState.Pending);
        for (var i = 0; i < 10_000; i++) Assert.Equal(SocketHost.Y(i).ToString(), YOf(await wallet.ReadAsync()));
        await wallet.SendAsync("""["CLOSE","s0"]""");
        await wallet.SendAsync(Subscribe(true, "one", [10_000], null));
        Assert.Equal(SocketHost.Y(10_000).ToString(), YOf(await wallet.ReadAsync()));
    }

    [Fact]
    public async Task Limits_are_told_and_the_hard_ones_close()
    {
        await using var host = await SocketHost.StartAsync(("Turnpike:Cashu:Limits:SocketsPerAddress", "2"),
            ("Turnpike:Cashu:Limits:Subscriptions", "3"), ("Turnpike:Cashu:Limits:MessageBurst", "50"));
        await using var one = await host.ConnectAsync();
        for (var i = 0; i < 4; i++) await one.SendAsync(Subscribe(false, $"s{i}", [], null));
        for (var i = 0; i < 3; i++) Assert.True((await one.ReadAsync()).TryGetProperty("result", out _));
        Assert.Equal(-32602, (await one.ReadAsync()).GetProperty("error").GetProperty("code").GetInt32());
        await one.SendAsync(Subscribe(true, "d", [], null));
        Assert.Equal("limit [d]: more than 3 subscriptions", (await one.ReadAsync())[1].GetString());
        await one.SendAsync("{\"x\":\"" + new string('x', 256 * 1024) + "\"}");
        Assert.Equal(-32000, (await one.ReadAsync()).GetProperty("error").GetProperty("code").GetInt32());
        await ExpectCloseAsync(one);

        await using var two = await host.ConnectAsync();
        await using var three = await host.ConnectAsync();
        for (var i = 0; i < 200; i++) await two.SendAsync("""["CLOSE","x"]""");
        Assert.Equal("limit: too many messages", (await two.ReadAsync())[1].GetString());
        await ExpectCloseAsync(two);
    }

    private static async Task ExpectCloseAsync(WalletSocket wallet)
    {
        while (await wallet.TryReadAsync() is not null) { }
        Assert.Equal(1008, (int?)wallet.CloseCode);
    }

    private static async Task WriteAsync(SocketHost host, int[] numbers, int changes, ulong seed)
    {
        var random = new SplitMix(seed);
        for (var done = 0; done < changes;)
        {
            var count = Math.Min(changes - done, 1 + random.Below(5));
            var chosen = Enumerable.Range(0, count).Select(i => (done + (i * 7)) % Points).Distinct().ToList();
            foreach (var point in chosen) Volatile.Write(ref numbers[point], numbers[point] + 1);
            await host.SetAsync(
                [.. chosen.Select(p => (SocketHost.Y(p), (string?)numbers[p].ToString(CultureInfo.InvariantCulture)))], ProofState.Spent);
            done += chosen.Count;
        }
    }

    /// <summary>Subscribes, unsubscribes and reconnects at random until the writer is done; then it must have seen everything.</summary>
    private static async Task FollowAsync(SocketHost host, bool isDraft, ulong seed, Task writing, int[] numbers)
    {
        var random = new SplitMix(seed);
        var expected = new Dictionary<string, Dictionary<int, int>>();      // the last number seen of each point, by subscription
        var seqs = new Dictionary<string, string>();
        var wallet = await host.ConnectAsync();
        for (var round = 0; !writing.IsCompleted; round++)
        {
            var id = $"s{round}";
            var points = Enumerable.Range(0, 1 + random.Below(6)).Select(_ => random.Below(Points + round) % Points).ToHashSet();
            var open = new Dictionary<int, int>();
            await wallet.SendAsync(Subscribe(isDraft, id, points, "null"));
            while (open.Count < points.Count)
            {
                if (Read(await wallet.ReadAsync()) is not { } change) continue;
                if (change.Id == id) open.TryAdd(change.Point, change.Number);
                if (change.Id != id) Take(expected, change);
                if (change.Seq is { } seq) seqs[change.Id] = seq;
            }
            expected.Add(id, open);
            if (expected.Count > 4)
            {
                var leaves = expected.Keys.ElementAt(random.Below(expected.Count));
                await wallet.SendAsync(isDraft
                    ? $"""["CLOSE","{leaves}"]"""
                    : $$$"""{"id":1,"method":"unsubscribe","params":{"subId":"{{{leaves}}}"}}""");
                await wallet.SendAsync(isDraft ? """["DANCE"]""" : """{"id":2,"method":"dance"}""");
                while (await wallet.ReadAsync() is var frame && !IsSentinel(frame))
                    if (Read(frame) is { } change) { Take(expected, change); if (change.Seq is { } seq) seqs[change.Id] = seq; }
                expected.Remove(leaves);        // a frame of it from now on fails
            }
            if (random.Below(4) != 0) continue;
            await wallet.DisposeAsync();
            wallet = await host.ConnectAsync();
            foreach (var (old, last) in expected) await wallet.SendAsync(Subscribe(isDraft, old, last.Keys, $"\"{seqs[old]}\""));
        }
        await writing;
        while (expected.Values.Any(points => points.Any(p => p.Value < numbers[p.Key])))
            if (Read(await wallet.ReadAsync()) is { } change) Take(expected, change);
        await wallet.DisposeAsync();
    }

    private static void Take(Dictionary<string, Dictionary<int, int>> expected, (int Point, int Number, string? Seq, string Id) change)
    {
        Assert.NotNull(change.Seq);
        Assert.Equal(expected[change.Id][change.Point] + 1, change.Number);
        expected[change.Id][change.Point]++;
    }

    private static bool IsSentinel(JsonElement frame) => frame.ValueKind == JsonValueKind.Array
        ? frame[0].GetString() == "NOTICE"
        : frame.TryGetProperty("id", out var id) && id.GetInt32() == 2;

    private static string Subscribe(bool isDraft, string id, IEnumerable<int> points, string? since)
    {
        var list = string.Join(',', points.Select(p => $"\"{SocketHost.Y(p)}\""));
        var from = since is null ? "" : $",\"since\":{since}";
        return isDraft
            ? $$"""["REQ","{{id}}","check_proof",{"points":[{{list}}]{{from}}}]"""
            : $$$"""
                {"jsonrpc":"2.0","id":0,"method":"subscribe","params":{"kind":"proof_state","subId":"{{{id}}}","filters":[{{{list}}}]{{{from}}}}}
                """;
    }

    private static readonly Dictionary<string, int> s_points = Enumerable.Range(0, Points).ToDictionary(i => SocketHost.Y(i).ToString());

    /// <summary>What a frame says of a point; null if it is no such frame.</summary>
    private static (int Point, int Number, string? Seq, string Id)? Read(JsonElement frame)
    {
        if (!TryPayload(frame, out var id, out var payload)) return null;
        Assert.False(payload.TryGetProperty("gap", out _));
        var witness = payload.GetProperty("witness").GetString();
        var number = witness is null ? 0 : int.Parse(witness.Trim(), CultureInfo.InvariantCulture);
        var seq = payload.TryGetProperty("seq", out var found) ? found.GetString() : null;
        return (s_points.GetValueOrDefault(payload.GetProperty("Y").GetString()!, -1), number, seq, id);
    }

    private static string YOf(JsonElement frame) =>
        TryPayload(frame, out _, out var payload) ? payload.GetProperty("Y").GetString()! : frame.GetRawText();

    private static bool TryPayload(JsonElement frame, out string id, out JsonElement payload)
    {
        (id, payload) = ("", default);
        if (frame.ValueKind == JsonValueKind.Array)
        {
            if (frame[0].GetString() != "RES") return false;
            (id, payload) = (frame[1].GetString()!, frame[2]);
            return true;
        }
        if (!frame.TryGetProperty("params", out var told)) return false;
        (id, payload) = (told.GetProperty("subId").GetString()!, told.GetProperty("payload"));
        return true;
    }
}
