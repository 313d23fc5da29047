using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Turnpike.Kernel;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Wire;

namespace Turnpike.Planetmint.Tests.Wire;

public sealed class ParametersTests
{
    private const string Hash = "25d2b3bd8252a1870bcf18b3ebff0b41262f4c8a78e04fb0cb5b5b7c602c515c";
    private const string OtherHash = "e01565b7bedb315971740bbe15c61e7a0c2b686c7fe15fabb9f8a323c0f206ad";
    private const string Alice = "9uPfUfT4BiNkAc4VThzRS72Pa2Rwprxf9cMV5QPBKNQw";
    private const string Bob = "7sZNVeaWeMMjZ9hwp7zESMSJK2eHFcDZbQ4cGWyaZWXq";
    private const string Missing = "Missing required parameter in the JSON body or the post body or the query string";

    [Theory]
    [InlineData("mode", "mode=x", """{"message":{"mode":"Mode must be \"async\", \"sync\" or \"commit\""}}""")]
    [InlineData("mode", "mode=ASYNC", """{"message":{"mode":"Mode must be \"async\", \"sync\" or \"commit\""}}""")]
    [InlineData("transactions", "", $$$"""{"message":{"asset_id":"{{{Missing}}}"}}""")]
    [InlineData("transactions", "asset_id=abc", """{"message":{"asset_id":"Invalid hash"}}""")]
    [InlineData("transactions", $"asset_id={Hash}&operation=BOGUS",
        """{"message":{"operation":"Operation must be \"CREATE\" or \"TRANSFER\""}}""")]
    [InlineData("transactions", $"asset_id={Hash}&last_tx=1",
        """{"message":{"last_tx":"Boolean value must be \"true\" or \"false\" (lowercase)"}}""")]
    [InlineData("transactions", $"asset_ids={Hash},x", """{"message":{"asset_ids":"Invalid hash"}}""")]
    [InlineData("outputs", "", $$$"""{"message":{"public_key":"{{{Missing}}}"}}""")]
    [InlineData("outputs", "public_key=abc", """{"message":{"public_key":"Invalid base58 ed25519 key"}}""")]
    [InlineData("outputs", $"public_key={Alice}&spent=yes",
        """{"message":{"spent":"Boolean value must be \"true\" or \"false\" (lowercase)"}}""")]
    [InlineData("outputs", $"public_key={Alice}&foo=1", """{"message":"Unknown arguments: foo"}""")]
    [InlineData("blocks", "", $$$"""{"message":{"transaction_id":"{{{Missing}}}"}}""")]
    [InlineData("blocks", $"transaction_id={Hash}&status=x", """{"message":"Unknown arguments: status"}""")]
    [InlineData("blocks", "transaction_id=abc", """{"message":{"transaction_id":"Invalid hash"}}""")]
    [InlineData("search", "", $$$"""{"message":{"search":"{{{Missing}}}"}}""")]
    [InlineData("search", "search=", """{"message":"text_search cannot be empty","status":400}""")]
    [InlineData("search", "search=%20", """{"message":"text_search cannot be empty","status":400}""")]
    [InlineData("search", "search=a&limit=-1", """{"message":{"limit":"Must be a whole number, 0 or larger"}}""")]
    [InlineData("stream", "foo=1", """{"message":"Unknown arguments: foo"}""")]
    [InlineData("stream", "public_key=x", """{"message":{"public_key":"Invalid base58 ed25519 key"}}""")]
    [InlineData("stream", $"involves={Alice},", """{"message":{"involves":"Invalid base58 ed25519 key"}}""")]
    [InlineData("stream", "from_height=x", """{"message":{"from_height":"Must be a whole number, 0 or larger"}}""")]
    [InlineData("stream", $"from_height=1&after={Hash}", """{"message":"Only one of from_height and after can be given","status":400}""")]
    [InlineData("stream", "after=5", """{"message":{"after":"Invalid hash"}}""")]
    [InlineData("stream", "include=x", """{"message":{"include":"Must be \"transaction\""}}""")]
    [InlineData("stream", "dialect=x", """{"message":{"dialect":"Must be \"planetmint2\""}}""")]
    [InlineData("stream", "caught_up=1", """{"message":{"caught_up":"Boolean value must be \"true\" or \"false\" (lowercase)"}}""")]
    public void What_is_wrong_gets_its_answer(string request, string query, string answer)
    {
        var error = Read(request, query);
        var output = new ArrayBufferWriter<byte>();

        Assert.Equal(400, error?.Code);
        ErrorJson.Write(output, error!);
        Assert.Equal(answer, Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void At_most_100_values_are_taken()
    {
        string Query(int count) => "asset_id=" + string.Join(',', Enumerable.Repeat(Hash, count));

        Assert.Null(Read("stream", Query(100)));
        Assert.Equal("asset_id: At most 100 values", Read("stream", Query(101))?.Message);
    }

    [Fact]
    public void Requests_are_read()
    {
        Assert.Equal(PostMode.Async, RequestParameters.ReadMode(Parse("")).OrThrow());
        Assert.Equal(PostMode.Commit, RequestParameters.ReadMode(Parse("mode=commit")).OrThrow());

        var transactions = RequestParameters.ReadTransactions(
            Parse($"asset_id={Hash.ToUpperInvariant()}&operation=create&last_tx=True&limit=5&after={OtherHash}")).OrThrow();
        Assert.Equal((Hash, Operation.Create, true, 5, OtherHash), (
            Assert.Single(transactions.AssetIds).ToString(), transactions.Operation, transactions.LastOnly,
            transactions.Limit, transactions.After.ToString()));
        Assert.Equal(2, RequestParameters.ReadTransactions(Parse($"asset_ids={Hash},{OtherHash}")).OrThrow().AssetIds.Count);

        var outputs = RequestParameters.ReadOutputs(Parse($"public_key={Alice}&spent=FALSE&detail=true")).OrThrow();
        Assert.Equal((Alice, false, true, null), (outputs.PublicKey.ToString(), outputs.Spent, outputs.Detail, outputs.Limit));
        Assert.Null(RequestParameters.ReadOutputs(Parse($"public_key={Alice}")).OrThrow().Spent);

        Assert.Equal(Hash, RequestParameters.ReadBlocks(Parse($"transaction_id={Hash}")).OrThrow().ToString());
        Assert.Equal(new SearchQuery("a b", 10), RequestParameters.ReadSearch(Parse("search=a%20b&limit=10")).OrThrow());
        Assert.Equal(1000, RequestParameters.ReadSearch(Parse("search=a&limit=0")).OrThrow().Limit);
        Assert.Equal(1000, RequestParameters.ReadSearch(Parse("search=a&limit=99999999999")).OrThrow().Limit);
    }

    [Fact]
    public void A_stream_without_parameters_is_the_documented_one()
    {
        var parameters = StreamParameters.Read(StreamKind.Transactions, Parse("")).OrThrow();

        Assert.Equal(new StreamParameters { Kind = StreamKind.Transactions }, parameters);
    }

    [Fact]
    public void Values_are_repeated_or_separated_by_commas()
    {
        var parameters = StreamParameters.Read(
            StreamKind.Transactions,
            Parse(
                $"public_key={Alice}&public_key={Bob}&asset_id={Hash},{OtherHash}&operation=Create" +
                $"&include=transaction&dialect=planetmint2&caught_up=true&after={Hash}"))
            .OrThrow();

        Assert.Equal([Bob, Alice], parameters.Filter.PublicKeys.Select(k => k.ToString()));
        Assert.Equal([Hash, OtherHash], parameters.Filter.AssetIds.Select(i => i.ToString()));
        Assert.Equal([Operation.Create], parameters.Filter.Operations);
        Assert.True(parameters is { IncludeTransaction: true, Dialect: StreamDialect.Planetmint2, CaughtUp: true });
        Assert.Equal(Hash, parameters.AfterTransaction.ToString());
    }

    [Fact]
    public void The_last_event_id_wins_over_the_starting_point_in_the_URL()
    {
        var parameters = StreamParameters.Read(StreamKind.Transactions, Parse("from_height=3"), Hash).OrThrow();
        Assert.Equal((null, Hash), (parameters.FromHeight, parameters.AfterTransaction.ToString()));

        var blocks = StreamParameters.Read(StreamKind.Blocks, Parse("after=3"), "17").OrThrow();
        Assert.Equal(17, blocks.AfterHeight);
        Assert.Equal(3, StreamParameters.Read(StreamKind.Blocks, Parse("after=3")).OrThrow().AfterHeight);
        Assert.False(StreamParameters.Read(StreamKind.Transactions, Parse(""), "x").IsOk);
        Assert.False(StreamParameters.Read(StreamKind.Blocks, Parse(""), Hash).IsOk);
    }

    private static ProtocolError? Read(string request, string query) => request switch
    {
        "mode" => RequestParameters.ReadMode(Parse(query)).Error,
        "transactions" => RequestParameters.ReadTransactions(Parse(query)).Error,
        "outputs" => RequestParameters.ReadOutputs(Parse(query)).Error,
        "blocks" => RequestParameters.ReadBlocks(Parse(query)).Error,
        "search" => RequestParameters.ReadSearch(Parse(query)).Error,
        _ => StreamParameters.Read(StreamKind.Transactions, Parse(query)).Error,
    };

    private static Dictionary<string, Microsoft.Extensions.Primitives.StringValues> Parse(string query) => QueryHelpers.ParseQuery(query);
}
