using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Options;
using Turnpike.Planetmint.Backends;

namespace Turnpike.Planetmint.Tests.Backends;

public sealed class UpstreamReadTests
{
    [Fact]
    public async Task A_bigchaindb_block_has_the_hash_of_its_ids()
    {
        await using var upstream = await ScriptedUpstream.StartAsync(Dialect.BigchainDb);
        upstream.Chain.Append();
        var block = upstream.Chain.Append(0, 0);
        using var node = new NodeUpstream(upstream.Options, TimeProvider.System);
        Assert.Equal("a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a", // sha3-256 of nothing (FIPS 202)
            await node.ReadHashAsync(1, CancellationToken.None));
        var read = await node.ReadBlockAsync(2, CancellationToken.None);
        var ids = string.Concat(block.Transactions.Select(t => t.Id));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA3_256.HashData(Encoding.ASCII.GetBytes(ids))), read!.Hash);
        Assert.Null(await node.ReadHeadAsync(CancellationToken.None));
        Assert.Null(await node.ReadBlockAsync(3, CancellationToken.None));
    }

    [Theory]
    [InlineData(Dialect.Planetmint2)]
    [InlineData(Dialect.Tendermint031)]
    [InlineData(Dialect.CometBft038)]
    public async Task The_head_and_what_lies_above_it(Dialect dialect)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(dialect);
        upstream.Chain.Append(0);
        upstream.Chain.Append(0);
        var backend = Upstreams.Create(upstream.Options, TimeProvider.System)!;
        using var disposal = (IDisposable)backend;
        Assert.Equal(2, await backend.ReadHeadAsync(CancellationToken.None));
        Assert.Null(await backend.ReadBlockAsync(3, CancellationToken.None));
        Assert.Null(await backend.ReadHashAsync(3, CancellationToken.None));
        Assert.Equal(upstream.Chain.Find(2)!.Hash, await backend.ReadHashAsync(2, CancellationToken.None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/api/v1")]
    [InlineData("/api/v1/")]
    public async Task A_nodes_url_may_name_the_api_or_not(string suffix)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(Dialect.Planetmint2);
        upstream.Chain.Append(0);
        using var node = new NodeUpstream(upstream.Options with { Url = upstream.Url + suffix }, TimeProvider.System);
        Assert.Equal(1, (await node.ReadBlockAsync(1, CancellationToken.None))!.Height);
    }

    [Fact]
    public async Task A_configured_stream_wins_over_an_advertised_one_that_leads_nowhere()
    {
        await using var upstream = await ScriptedUpstream.StartAsync(Dialect.BigchainDb);
        upstream.Advertised = "ftp://nowhere";
        using var lost = new NodeUpstream(upstream.Options, TimeProvider.System);
        var failure = await Assert.ThrowsAsync<UpstreamException>(() => lost.ListenAsync(() => { }, CancellationToken.None));
        Assert.Contains("set StreamUrl", failure.Message, StringComparison.Ordinal);

        using var stop = new CancellationTokenSource();
        var url = upstream.Url.Replace("http", "ws", StringComparison.Ordinal) + "/api/v1/streams/valid_transactions";
        using var node = new NodeUpstream(upstream.Options with { StreamUrl = url }, TimeProvider.System);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => node.ListenAsync(stop.Cancel, stop.Token));
        Assert.Contains("/api/v1/streams/valid_transactions", upstream.Requests);
    }

    [Theory]
    [InlineData(Dialect.BigchainDb)]
    [InlineData(Dialect.Planetmint2)]
    [InlineData(Dialect.Tendermint034)]
    public async Task An_answer_beyond_the_limit_is_refused(Dialect dialect)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(dialect);
        upstream.Chain.Append(new int[1000]);
        var backend = Upstreams.Create(upstream.Options with { MaxAnswerBytes = 80_000 }, TimeProvider.System)!;
        using var disposal = (IDisposable)backend;
        var failure = await Assert.ThrowsAsync<UpstreamException>(() => backend.ReadBlockAsync(1, CancellationToken.None));
        Assert.Equal(UpstreamFault.BadAnswer, failure.Fault);
        Assert.Contains("larger than MaxAnswerBytes", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_subscription_is_an_error_that_says_why()
    {
        await using var upstream = await ScriptedUpstream.StartAsync(Dialect.CometBft038);
        upstream.SubscriptionAnswer =
            """{"jsonrpc":"2.0","id":0,"error":{"code":-32603,"message":"Internal error","data":"max_subscription_clients 100 reached"}}""";
        using var chain = new CometBftUpstream(upstream.Options, TimeProvider.System);
        var failure = await Assert.ThrowsAsync<UpstreamException>(() => chain.ListenAsync(() => { }, CancellationToken.None));
        Assert.Contains("max_subscription_clients 100 reached", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_bytes_make_a_slice_throw_anything_but_a_json_exception()
    {
        var good = """{"result":{"a":"\u00e4", "txs":["YQ==", null, 1.5e3, {"deep":[[{}]]}], "height":"12"}, "error":null}"""u8.ToArray();
        var change = Gen.Choose(0, good.Length - 1).SelectMany(at => Gen.Choose(0, 255).Select(value => (at, (byte)value)));
        var property = Prop.ForAll(change.ArrayOf(3).ToArbitrary(), changes =>
        {
            var bytes = good.ToArray();
            foreach (var (at, value) in changes) bytes[at] = value;
            try
            {
                Walk(JsonSlice.Parse(bytes));
            }
            catch (JsonException)
            {
                return;
            }
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000).WithReplay(4242, 7), property);
    }

    private static void Walk(JsonSlice root)
    {
        _ = RpcError.In(root)?.Sentence;
        var result = root.Member("result"u8);
        _ = result.Member("height"u8).Integer();
        _ = result.Member("a"u8).Text();
        foreach (var item in result.Member("txs"u8).Items())
        {
            if (item.Kind == JsonTokenType.String) _ = item.Base64();
            if (item.Kind == JsonTokenType.StartObject) _ = item.Member("deep"u8).Items();
        }
    }

    public static TheoryData<string, string, string> WrongOptions => new()
    {
        { "Url", "", "Url: is missing; an upstream needs a URL such as http://node:9984" },
        { "Url", "node:9984", "Url: is 'node:9984'; allowed is a URL that begins with http:// or https://" },
        { "Url", "http://me:secret@node", "Url: has a user, a query or a fragment; allowed are scheme, host, port and path" },
        { "StreamUrl", "http://node", "StreamUrl: is 'http://node'; allowed is a URL that begins with ws:// or wss://" },
        { "FirstHeight", "0", "FirstHeight: is 0; allowed is a height of 1 or more" },
        { "RequestTimeout", "00:10:00", "RequestTimeout: is 00:10:00; allowed are 00:00:00.1 to 00:05:00" },
        { "Ahead", "65", "Ahead: is 65; allowed are 1 to 64" },
    };

    [Theory, MemberData(nameof(WrongOptions))]
    public void A_wrong_option_is_named_with_what_is_allowed(string key, string value, string sentence)
    {
        var options = new UpstreamOptions { Kind = UpstreamKind.Node, Url = "http://node:9984/prefix" };
        Assert.True(new UpstreamOptionsValidator().Validate(null, options).Succeeded);
        var property = typeof(UpstreamOptions).GetProperty(key)!;
        var converter = System.ComponentModel.TypeDescriptor.GetConverter(property.PropertyType);
        property.SetValue(options, converter.ConvertFromInvariantString(value));
        var result = new UpstreamOptionsValidator().Validate(null, options);
        var failure = Assert.Single(result.Failures!);
        Assert.EndsWith(sentence, failure, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure, StringComparison.Ordinal);
        options.Kind = UpstreamKind.None;
        Assert.Equal(ValidateOptionsResult.Success.Succeeded, new UpstreamOptionsValidator().Validate(null, options).Succeeded);
    }
}
