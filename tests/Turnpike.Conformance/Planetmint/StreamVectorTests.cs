using System.Text.Json;
using Turnpike.Tests;

namespace Turnpike.Conformance.Planetmint;

/// <summary>tests/vectors/planetmint/stream.json: the documents, and the messages for a small chain.</summary>
public sealed class StreamVectorTests
{
    private static readonly JsonElement s_vectors = VectorsAttribute.Load("planetmint/stream.json");

    [Fact]
    public async Task The_root_documents_have_the_shape_that_drivers_look_for()
    {
        await using var node = await PlanetmintNode.StartAsync();
        SameShape(s_vectors.GetProperty("root"), await node.JsonAsync("/"), node.Streams.Port);
        foreach (var path in (string[])["/api/v1", "/api/v1/"])
            SameShape(s_vectors.GetProperty("api_v1"), await node.JsonAsync(path), node.Streams.Port);

        var proxied = await node.GetAsync("/api/v1/", false, ("Host", "node.example"), ("X-Forwarded-Proto", "https"));
        Assert.Equal($"wss://node.example:{node.Streams.Port}/api/v1/streams/valid_transactions",
            proxied.Json.GetProperty("streams").GetString());
    }

    [Fact]
    public async Task The_advertised_address_can_be_set()
    {
        await using var node = await PlanetmintNode.StartAsync(
            "Turnpike:Planetmint:Stream:Advertised:Scheme=wss", "Turnpike:Planetmint:Stream:Advertised:Host=events.example",
            "Turnpike:Planetmint:Stream:Advertised:Port=443");
        var api = await node.JsonAsync("/api/v1/");
        Assert.Equal("wss://events.example:443/api/v1/streams/valid_transactions", api.GetProperty("streams").GetString());
        Assert.Equal("wss://events.example:443/api/v1/streams/valid_blocks", api.GetProperty("streamedblocks").GetString());
    }

    [Fact]
    public async Task The_chain_of_the_vectors_gives_their_hashes_and_messages()
    {
        await using var node = await NodeHost.StartAsync();
        var bodies = VectorsAttribute.Load("planetmint/valid.json").EnumerateArray()
            .ToDictionary(v => v.GetProperty("id").GetString()!, v => v.GetProperty("body").GetString()!);
        using var live = await node.SubscribeAsync(Listener.Transactions);
        foreach (var block in s_vectors.GetProperty("chain").EnumerateArray().Skip(1))
            await node.CommitBlockAsync(
                [.. block.GetProperty("transactions").EnumerateArray().Select(t => NodeHost.Read(bodies[t.GetString()!]))]);

        foreach (var block in s_vectors.GetProperty("chain").EnumerateArray())
        {
            var answer = await node.JsonAsync($"/api/v1/blocks/{block.GetProperty("height").GetInt64()}");
            Assert.Equal(
                block.GetProperty("transactions").EnumerateArray().Select(t => t.GetString()),
                answer.GetProperty("transactions").EnumerateArray().Select(t => t.GetProperty("id").GetString()));
        }

        var events = s_vectors.GetProperty("valid_transactions");
        var first = await live.NextAsync();
        Assert.Equal(s_vectors.GetProperty("valid_transactions_text_of_first").GetString(), first);
        foreach (var wanted in events.EnumerateArray().Skip(1)) Same(wanted, await live.NextAsync());

        using var replay = await node.SubscribeAsync(Listener.Transactions + "?from_height=0");
        foreach (var wanted in events.EnumerateArray()) Same(wanted, await replay.NextAsync());
        using var other = await node.SubscribeAsync(Listener.Transactions + "?from_height=0&dialect=planetmint2");
        foreach (var wanted in s_vectors.GetProperty("valid_transactions_asset_ids_dialect").EnumerateArray()) Same(wanted,
            await other.NextAsync());
        using var blocks = await node.SubscribeAsync(Listener.Blocks + "?from_height=0");
        foreach (var wanted in s_vectors.GetProperty("valid_blocks").EnumerateArray()) Same(wanted, await blocks.NextAsync());
    }

    private static void Same(JsonElement wanted, string message) =>
        Assert.True(JsonElement.DeepEquals(wanted, JsonDocument.Parse(message).RootElement), $"{wanted} is wanted, {message} came");

    private static void SameShape(JsonElement wanted, JsonElement given, int port)
    {
        Assert.Equal(wanted.ValueKind, given.ValueKind);
        if (wanted.ValueKind == JsonValueKind.Object)
        {
            Assert.Equal(wanted.EnumerateObject().Select(p => p.Name), given.EnumerateObject().Select(p => p.Name));
            foreach (var member in wanted.EnumerateObject()) SameShape(member.Value, given.GetProperty(member.Name), port);
        }
        else if (!wanted.GetString()!.StartsWith('<'))
        {
            Assert.Equal(wanted.GetString()!.Replace("9985", $"{port}", StringComparison.Ordinal), given.GetString());
        }
    }
}
