using System.Globalization;
using Turnpike.Kernel.Sockets;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Sockets;

/// <summary>Subscriptions with addresses: prefixes, the index, order, leaving.</summary>
public sealed class AddressTests
{
    [Theory, InlineData(0), InlineData(4)]
    public async Task Each_gets_its_own_prefix_before_bytes_that_are_made_once(int sendHere)
    {
        await using var host = await AddressHost.StartAsync(0, ("SendHereUpTo", $"{sendHere}"));
        await using var one = await host.ConnectAsync();
        await using var two = await host.ConnectAsync();
        var padding = 17 + sendHere;        // of this test alone: the encodings are counted
        await JoinAsync(one, $"a now 1,2 {padding}", $"bb now 2,3 {padding}");
        await JoinAsync(two, $"c now 2 {padding}", $"d now 9 {padding}");
        for (var i = 0; i < 4; i++) await host.PublishAsync();
        Assert.Equal(["a:1", "a:2", "bb:2", "bb:3"], await ReadAsync(one, 4));
        Assert.Equal(["c:2"], await ReadAsync(two, 1));
        int[] encoded = [.. Enumerable.Range(1, 4).Select(n => new AddressHost.Digits(padding).Encoded(n))];
        Assert.Equal([1, 1, 1, 0], encoded);
    }

    [Fact]
    public async Task It_begins_after_its_cursor_behind_at_and_beyond_the_head()
    {
        await using var host = await AddressHost.StartAsync(committed: 100);
        await using var client = await host.ConnectAsync();
        await JoinAsync(client, "past 10 1");
        Assert.Equal(["past:51"], await ReadAsync(client, 1));
        await JoinAsync(client, "future 101 1", "now now 1");
        for (var i = 0; i < 51; i++) await host.PublishAsync();
        Assert.Equal(["future:151", "now:101", "now:151", "past:101", "past:151"],
            (await ReadAsync(client, 5)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task One_socket_may_follow_ten_thousand_objects_and_forget_them()
    {
        await using var host = await AddressHost.StartAsync();
        await using var client = await host.ConnectAsync();
        for (var i = 0; i < 10; i++)
        {
            var keys = Enumerable.Range(0, 1000).Select(n => (i * 1000) + n);
            await JoinAsync(client, $"s{i} now {string.Join(',', keys)}");
        }
        for (var i = 1; i <= AddressHost.Objects; i++) await host.PublishAsync();
        Assert.Equal([.. Enumerable.Range(1, AddressHost.Objects).Select(n => $"s0:{n}")], await ReadAsync(client, AddressHost.Objects));
        for (var i = 0; i < 10; i++) await client.SendAsync(RawClient.Text($"leave s{i}"));
        Assert.Equal([.. Enumerable.Range(0, 10).Select(i => $"left s{i}")], await ReadAsync(client, 10));
        await host.PublishAsync();
        await JoinAsync(client, "again now 2");
        await host.PublishAsync();
        Assert.Equal(["again:52"], await ReadAsync(client, 1));
    }

    [Fact]
    public async Task An_encoding_that_throws_closes_those_who_follow_and_no_others()
    {
        await using var host = await AddressHost.StartAsync();
        await using var broken = await host.ConnectAsync();
        await using var other = await host.ConnectAsync();
        await using var well = await host.ConnectAsync();
        await JoinAsync(broken, "x now 1,2 0 2");
        await JoinAsync(other, "y now 1,3 0 2");
        await JoinAsync(well, "z now 1,2,3");
        for (var i = 0; i < 3; i++) await host.PublishAsync();
        Assert.Equal(["x:1"], await ReadAsync(broken, 1));
        Assert.Equal(CloseCodes.InternalError, (await broken.ReadDataAsync()).CloseCode);
        Assert.Equal(["y:1", "y:3"], await ReadAsync(other, 2));
        Assert.Equal(["z:1", "z:2", "z:3"], await ReadAsync(well, 3));
    }

    /// <summary>Subscriptions come and go while events come, readers are slow, outboxes small: what each gets is exactly its own.</summary>
    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public async Task Each_change_once_in_order_and_nothing_after_leaving(int seed)
    {
        await using var host = await AddressHost.StartAsync(200, ("OutboxBytes", "8192"), ("RecentBytes", "100000"),
            ("SendHereUpTo", seed % 2 == 0 ? "0" : "4"), ("MaxLagEvents", "100000000"), ("StalledAfter", "00:05:00"));
        var done = false;
        var publishing = Task.Run(async () =>
        {
            while (!Volatile.Read(ref done))
            {
                await host.PublishAsync();
                if (host.Log.Head % 16 == 0) await Task.Yield();
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => FollowAsync(host, (seed * 100) + i)));
        Volatile.Write(ref done, true);
        await publishing;
    }

    private static async Task FollowAsync(AddressHost host, int seed)
    {
        var random = new SplitMix((ulong)seed);
        int Next(long below) => random.Below((int)below);
        await using var client = await host.ConnectAsync(seed % 3 == 0 ? 4096 : null);
        var expected = new Dictionary<string, (long Next, HashSet<long> Keys)>();
        for (var round = 0; round < 15; round++)
        {
            var name = $"{seed}-{round}";
            var keys = Enumerable.Range(0, 1 + Next(10)).Select(_ => (long)Next(AddressHost.Objects)).ToHashSet();
            var after = Next(3) == 0 ? "now" : Next(host.Log.Head + 40).ToString(CultureInfo.InvariantCulture);
            await client.SendAsync(RawClient.Text($"join {name} {after} {string.Join(',', keys)} {Next(2) * 300}"));
            var leaves = expected.Count > 3 ? expected.Keys.ElementAt(Next(expected.Count)) : null;
            if (leaves is not null) await client.SendAsync(RawClient.Text($"leave {leaves}"));
            var (joined, left) = (false, leaves is null);
            for (var seen = 0; !joined || !left || seen < 30; seen++)
            {
                var text = (await client.ReadDataAsync()).Text.TrimEnd();
                if (text.StartsWith("joined", StringComparison.Ordinal))
                {
                    expected.Add(name, (long.Parse(text.Split(' ')[2], CultureInfo.InvariantCulture), keys));
                    joined = true;
                }
                else if (text.StartsWith("left", StringComparison.Ordinal))
                {
                    Assert.True(expected.Remove(leaves!));          // from now on a frame of it is one that nobody expects
                    left = true;
                }
                else
                {
                    Expect(expected, text);
                }
            }
        }
    }

    private static void Expect(Dictionary<string, (long Next, HashSet<long> Keys)> expected, string text)
    {
        var (name, number) = (text.Split(':')[0], long.Parse(text.Split(':')[1], CultureInfo.InvariantCulture));
        var (last, keys) = expected[name];
        var next = last + 1;
        while (!keys.Contains(next % AddressHost.Objects)) next++;
        Assert.Equal(next, number);
        expected[name] = (number, keys);
    }

    private static async Task JoinAsync(RawClient client, params string[] joins)
    {
        foreach (var join in joins)
        {
            await client.SendAsync(RawClient.Text("join " + join));
            Assert.StartsWith("joined " + join.Split(' ')[0], (await client.ReadDataAsync()).Text);
        }
    }

    private static async Task<List<string>> ReadAsync(RawClient client, int count)
    {
        var texts = new List<string>();
        while (texts.Count < count) texts.Add((await client.ReadDataAsync()).Text.TrimEnd());
        return texts;
    }
}
