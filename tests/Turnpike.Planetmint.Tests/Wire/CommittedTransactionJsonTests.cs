using System.Text;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Wire;
using Turnpike.Tests;

namespace Turnpike.Planetmint.Tests.Wire;

public sealed class CommittedTransactionJsonTests
{
    private const string Id = "25d2b3bd8252a1870bcf18b3ebff0b41262f4c8a78e04fb0cb5b5b7c602c515c";
    private const string Other = "e01565b7bedb315971740bbe15c61e7a0c2b686c7fe15fabb9f8a323c0f206ad";
    private const string Alice = "9uPfUfT4BiNkAc4VThzRS72Pa2Rwprxf9cMV5QPBKNQw";

    [Fact]
    public void A_vote_is_taken_with_its_asset_and_its_outputs()
    {
        var vote = Read($$$$"""
            {"id":"{{{{Id}}}}","operation":"VOTE","version":"2.0","asset":{"id":"{{{{Other}}}}"},"metadata":null,
            "inputs":[{"owners_before":["{{{{Alice}}}}"],
            "fulfills":{"transaction_id":"{{{{Other}}}}","output_index":2},"fulfillment":"x"}],
            "outputs":[{"amount":"3","public_keys":["{{{{Alice}}}}"],
            "condition":{"details":{"type":"ed25519-sha-256","public_key":"{{{{Alice}}}}"},"uri":"lie"}}]}
            """);

        Assert.Equal((Operation.Other, "VOTE", Other), (vote.Operation, vote.OperationName, vote.AssetId.ToString()));
        Assert.Equal($"{Other}:2", Assert.Single(vote.Inputs).Fulfills.ToString());
        Assert.Equal(3, Assert.Single(vote.Outputs).Amount);
        Assert.Equal(Alice, Assert.Single(vote.OutputKeys).ToString());
    }

    [Fact]
    public void A_composition_has_its_first_asset_and_an_unknown_condition_is_left_out()
    {
        var compose = Read($$$$"""
            {"id":"{{{{Id}}}}","operation":"COMPOSE","version":"3.0","assets":[{"id":"{{{{Other}}}}"},{"id":"{{{{Id}}}}"}],
            "inputs":[],"script":{"code":1},
            "outputs":[{"amount":"1","public_keys":["{{{{Alice}}}}"],"condition":{"details":{"type":"zenroom-sha-256","script":"…"}}}]}
            """);

        Assert.Equal(Other, compose.AssetId.ToString());
        var stored = compose.Outputs[0].ToStored(compose.AssetId);
        Assert.Equal((0, 32), (stored.Condition.Length, stored.Owners.Length));
        Assert.Equal(Alice, Assert.Single(compose.OutputKeys).ToString());
    }

    [Fact]
    public void An_election_makes_its_own_asset() =>
        Assert.Equal(Id,
            Read($$$"""{"id":"{{{Id}}}","operation":"VALIDATOR_ELECTION","asset":{"data":{"seed":"x"}},"outputs":[]}""")
                .AssetId.ToString());

    [Fact]
    public void Of_two_members_the_last_one_counts()
    {
        var transaction = Read($$$"""{"id":"{{{Id}}}","operation":"CREATE","operation":"TRANSFER","asset":{"id":"{{{Other}}}"}}""");

        Assert.Equal(Operation.Transfer, transaction.Operation);
        Assert.Equal($$$"""{"asset":{"id":"{{{Other}}}"},"id":"{{{Id}}}","operation":"TRANSFER"}""",
            Encoding.UTF8.GetString(transaction.CanonicalBody.Span));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("{\"id\":\"x\",\"operation\":\"CREATE\"}")]
    [InlineData("{\"id\":\"" + Id + "\"}")]
    [InlineData("{\"id\":\"" + Id + "\",\"operation\":\"CREATE\",\"outputs\":[{}]}")]
    [InlineData("{\"id\":\"" + Id + "\",\"operation\":\"CREATE\",\"outputs\":[{\"amount\":\"0\"}]}")]
    public void What_cannot_be_stored_is_an_error(string body) =>
        Assert.Equal(400, CommittedTransactionJson.Read(Encoding.UTF8.GetBytes(body)).Error?.Code);

    [Theory, InlineData("transfer_merge"), InlineData("transfer_threshold_nested"),
    InlineData("create_float_js"), InlineData("docs_30_transfer_4")]
    public void No_bytes_make_it_throw(string name)
    {
        var body = TestVectors.ValidBody(name);
        var random = new SplitMix(5);
        var taken = 0;
        for (var run = 0; run < 20_000; run++)
        {
            if (CommittedTransactionJson.Read(Mutations.Of(body, ref random)).TryGet(out var transaction, out var error)) taken++;
            else Assert.Equal(400, error.Code);
            Assert.All(transaction?.Outputs ?? [], o => Assert.InRange(o.Amount, 1, TransactionOutput.MaxAmount));
        }

        Assert.InRange(taken, 1000, 19_000);
    }

    private static Transaction Read(string body) => CommittedTransactionJson.Read(Encoding.UTF8.GetBytes(body)).OrThrow();
}
