using System.Text.Json;
using Turnpike.Tests;

namespace Turnpike.Conformance.Planetmint;

/// <summary>The shared vectors through a running node.</summary>
public sealed class VectorTests
{
    private static readonly JsonElement[] s_valid = [.. VectorsAttribute.Load("planetmint/valid.json").EnumerateArray()];
    private static readonly JsonElement[] s_invalid = [.. VectorsAttribute.Load("planetmint/invalid.json").EnumerateArray()];

    [Fact]
    public async Task Every_valid_transaction_is_committed_in_order_and_given_back_as_it_was_hashed()
    {
        await using var node = await PlanetmintNode.StartAsync();
        var height = 0L;
        foreach (var vector in s_valid)
        {
            var (name, id) = (vector.GetProperty("name").GetString()!, vector.GetProperty("id").GetString()!);
            var (status, body, _) = await node.PostAsync(vector.GetProperty("body").GetString()!);
            Assert.True(status == 202, $"{name}: {status} {body}");

            // The text that is hashed, with the id in its place: nothing in it was parsed and written anew.
            var stored = vector.GetProperty("signed_canonical").GetString()!.Replace("\"id\":null,\"inputs\"",
                $"\"id\":\"{id}\",\"inputs\"", StringComparison.Ordinal);
            Assert.Equal(stored, body);
            Assert.Equal((200, stored), await GetAsync(node, $"/api/v1/transactions/{id}"));
            Assert.Equal((200, stored), await GetAsync(node, $"/api/v1/transactions/{id.ToUpperInvariant()}/"));
            Assert.Equal((200, $"[{++height}]"), await GetAsync(node, $"/api/v1/blocks?transaction_id={id}"));
            Assert.Equal((200, $$"""{"height":{{height}},"transactions":[{{stored}}]}"""),
                await GetAsync(node, $"/api/v1/blocks/{height}"));
        }
    }

    [Fact]
    public async Task Every_invalid_transaction_is_refused_with_its_text()
    {
        await using var node = await PlanetmintNode.StartAsync();
        var committed = new HashSet<string>();
        // Those that need more come later: what they need would be a double spend of what others try.
        foreach (var vector in s_invalid.OrderBy(v => v.GetProperty("needs").GetArrayLength()))
        {
            var name = vector.GetProperty("name").GetString()!;
            foreach (var need in vector.GetProperty("needs").EnumerateArray().Select(n => n.GetString()!))
                await CommitAsync(node, need, committed);
            var (status, body, _) = await node.PostAsync(vector.GetProperty("body").GetString()!);
            var wanted = vector.GetProperty("turnpike");
            Assert.True(status == wanted.GetProperty("status").GetInt32(), $"{name}: {status} {body}");
            var answer = JsonDocument.Parse(body).RootElement;
            Assert.Equal(status, answer.GetProperty("status").GetInt32());
            var message = answer.GetProperty("message").GetString()!;
            if (wanted.TryGetProperty("message", out var exact)) Assert.Equal((name, exact.GetString()), (name, message));
            if (wanted.TryGetProperty("startsWith", out var start)) Assert.StartsWith(start.GetString()!, message,
                StringComparison.Ordinal);
        }
        Assert.Equal(committed.Count, await node.HeightAsync());
    }

    private static async Task<(int Status, string Body)> GetAsync(PlanetmintNode node, string path)
    {
        var (status, body, _) = await node.GetAsync(path);
        return (status, body);
    }

    /// <summary>What a transaction spends is committed before it.</summary>
    private static async Task CommitAsync(PlanetmintNode node, string name, HashSet<string> committed)
    {
        if (!committed.Add(name)) return;
        var vector = s_valid.Single(v => v.GetProperty("name").GetString() == name);
        foreach (var spent in vector.GetProperty("spends").EnumerateArray().Select(s => s.GetString()))
        {
            var maker = s_valid.Single(v => v.GetProperty("id").GetString() == spent);
            await CommitAsync(node, maker.GetProperty("name").GetString()!, committed);
        }
        var (status, body, _) = await node.PostAsync(vector.GetProperty("body").GetString()!);
        Assert.True(status == 202, $"{name}: {status} {body}");
    }
}
