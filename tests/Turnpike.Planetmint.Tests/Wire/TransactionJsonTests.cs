using System.Text;
using System.Text.Json;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Tests.Domain;
using Turnpike.Planetmint.Wire;
using Turnpike.Tests;

namespace Turnpike.Planetmint.Tests.Wire;

public sealed class TransactionJsonTests
{
    public static TheoryData<string> ValidNames => [.. TestVectors.ValidNames];

    [Theory, Vectors("planetmint/valid.json")]
    public void A_valid_body_has_its_id_form_and_messages(JsonElement vector)
    {
        var candidate = TransactionJson.Read(Encoding.UTF8.GetBytes(Text(vector, "body"))).OrThrow();
        var transaction = candidate.Transaction;

        Assert.True(candidate.SignaturesValid);
        Assert.Equal(Text(vector, "id"), transaction.Id.ToString());
        Assert.Equal(Text(vector, "asset_id"), transaction.AssetId.ToString());
        Assert.Equal(Text(vector, "version") == "3.0" ? TransactionVersion.V3 : TransactionVersion.V2, transaction.Version);
        Assert.Equal(Text(vector, "form") == "javascript" ? CanonicalForm.JavaScript : CanonicalForm.Python, transaction.Form);
        Assert.Equal(
            vector.GetProperty("spends").EnumerateArray().Select(s => s.GetString()),
            transaction.Inputs.Where(i => i.Fulfills is not null).Select(i => i.Fulfills!.Value.TransactionId.ToString()));

        var document = CanonicalDocument.Parse(transaction.CanonicalBody).OrThrow();
        document.Rewrite(transaction.Form);
        Assert.Equal(Encoding.UTF8.GetString(transaction.CanonicalBody.Span), Encoding.UTF8.GetString(document.Utf8));
        var nodes = new TransactionNodes(document.Root);
        var signingText = nodes.SigningText(document.Utf8);
        Assert.Equal(Text(vector, "unsigned_canonical"), Encoding.UTF8.GetString(signingText));
        Assert.Equal(
            Text(vector, "signed_canonical"),
            Encoding.UTF8.GetString(TransactionText.SigningText(document.Utf8, [nodes.Id.Start..nodes.Id.End])));
        AssertMessages(vector.GetProperty("inputs"), transaction, signingText);
    }

    [Fact]
    public void The_valid_ones_can_be_committed_one_after_another_and_in_one_block()
    {
        var chain = new MemoryChain();
        Candidate[] all = [.. TestVectors.ValidNames.Select(TestVectors.Valid)];

        Assert.All(all, candidate => Assert.Null(chain.Commit(candidate)));
        Assert.All(new MemoryChain().Commit(all).Errors, Assert.Null);
        Assert.All(chain.Commit(all).Errors, error => Assert.Equal("DuplicateTransaction", error?.Name));
    }

    [Theory, Vectors("planetmint/invalid.json")]
    public void An_invalid_body_gets_its_answer(string[] needs, JsonElement turnpike, string body, string name)
    {
        var chain = new MemoryChain();
        foreach (var need in needs) Assert.Null(chain.Commit(TestVectors.Valid(need)));

        if (TransactionJson.Read(Encoding.UTF8.GetBytes(body)).TryGet(out var candidate, out var error)) error = chain.Commit(candidate);

        Assert.NotNull(error);
        Assert.Equal(turnpike.GetProperty("status").GetInt32(), error.Code);
        if (turnpike.TryGetProperty("message", out var message)) Assert.Equal(message.GetString(), error.Message);
        if (turnpike.TryGetProperty("startsWith", out var start))
            Assert.StartsWith(start.GetString()!, error.Message, StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(name));
    }

    [Theory]
    [InlineData("version_1_0")]
    [InlineData("extra_property")]
    [InlineData("metadata_empty")]
    [InlineData("metadata_string")]
    [InlineData("create_asset_id")]
    [InlineData("create_asset_string")]
    [InlineData("create_no_inputs")]
    [InlineData("amount_number")]
    [InlineData("amount_negative")]
    [InlineData("amount_fraction")]
    [InlineData("output_index_string")]
    [InlineData("transfer_fulfills_null")]
    public void Schema_errors_are_worded_as_the_node_does(string name)
    {
        var vector = VectorsAttribute.Load("planetmint/invalid.json").EnumerateArray().Single(v => Text(v, "name") == name);
        var theirs = Text(vector.GetProperty("python_node"), "message").Replace(@"'^2\\.0$'", @"'^(2|3)\\.0$'", StringComparison.Ordinal);

        Assert.Equal(theirs, TransactionJson.Read(Encoding.UTF8.GetBytes(Text(vector, "body"))).Error?.Message);
    }

    [Theory, MemberData(nameof(ValidNames))]
    public void A_mutated_body_is_an_error_or_still_valid_and_never_throws(string name)
    {
        var body = TestVectors.ValidBody(name);
        var original = TestVectors.Valid(name).Transaction;
        var random = new SplitMix((ulong)body.Length);
        for (var run = 0; run < 20_000; run++)
        {
            if (!TransactionJson.Read(Mutations.Of(body, ref random)).TryGet(out var candidate, out var error))
            {
                Assert.Equal(400, error.Code);
                Assert.NotEmpty(error.Message);
                continue;
            }

            // The id covers everything but white space, escapes and the order of members.
            Assert.Equal(original.Id, candidate.Transaction.Id);
            Assert.True(candidate.SignaturesValid);
            Assert.True(original.CanonicalBody.Span.SequenceEqual(candidate.Transaction.CanonicalBody.Span));
        }
    }

    /// <summary>A change behind the id's back is found by the id; with the id made anew every other rule has its turn.</summary>
    [Theory, MemberData(nameof(ValidNames))]
    public void A_mutated_body_with_its_right_id_never_throws_and_never_passes_by_its_signatures(string name)
    {
        var body = TestVectors.Valid(name).Transaction.CanonicalBody.ToArray();
        var signingText = SigningText(body);
        var random = new SplitMix((ulong)body.Length + 1);
        for (var run = 0; run < 4000; run++)
        {
            if (WithRightId(Mutations.Of(body, ref random)) is not { } repaired) continue;
            if (!TransactionJson.Read(repaired).TryGet(out var candidate, out var error))
            {
                Assert.Equal(400, error.Code);
                continue;
            }

            if (candidate.SignaturesValid) Assert.Equal(signingText, SigningText(candidate.Transaction.CanonicalBody));
        }
    }

    [Theory, MemberData(nameof(ValidNames))]
    public void A_stored_body_is_read_back_the_same(string name)
    {
        var transaction = TestVectors.Valid(name).Transaction;

        var stored = CommittedTransactionJson.Read(transaction.CanonicalBody).OrThrow();

        Assert.Equal(transaction.Id, stored.Id);
        Assert.Equal(transaction.AssetId, stored.AssetId);
        Assert.Equal(transaction.Operation, stored.Operation);
        Assert.Equal(transaction.Form, stored.Form);
        Assert.True(transaction.CanonicalBody.Span.SequenceEqual(stored.CanonicalBody.Span));
        Assert.Equal(transaction.OutputKeys, stored.OutputKeys);
        Assert.Equal(transaction.OwnersBefore, stored.OwnersBefore);
        Assert.Equal(transaction.AssetText, stored.AssetText);
        Assert.Equal(transaction.MetadataText, stored.MetadataText);
        Assert.Equal(transaction.Inputs.Select(i => i.Fulfills), stored.Inputs.Select(i => i.Fulfills));
        for (var i = 0; i < transaction.Outputs.Count; i++)
        {
            var (ours, theirs) = (transaction.Outputs[i].ToStored(transaction.AssetId), stored.Outputs[i].ToStored(stored.AssetId));
            Assert.Equal(ours.Amount, theirs.Amount);
            Assert.True(ours.Condition.Span.SequenceEqual(theirs.Condition.Span) && ours.Owners.Span.SequenceEqual(theirs.Owners.Span));
        }

        var json = JsonDocument.Parse(transaction.CanonicalBody).RootElement;
        Assert.Equal(json.GetProperty("metadata").GetRawText(),
            Encoding.UTF8.GetString(TransactionJson.Metadata(transaction.CanonicalBody).Span));
        var asset = json.TryGetProperty("assets", out var assets) ? assets[0] : json.GetProperty("asset");
        var data = asset.TryGetProperty("data", out var found) ? found.GetRawText() : "null";
        Assert.Equal(data, Encoding.UTF8.GetString(TransactionJson.AssetData(transaction.CanonicalBody).Span));
    }

    [Fact]
    public void String_values_are_searched_and_neither_keys_nor_numbers()
    {
        var transaction = TestVectors.Valid("create_ed25519").Transaction;

        Assert.Equal("bicycle\nHello Turnpike!", transaction.AssetText);
        Assert.Null(transaction.MetadataText);
        Assert.StartsWith("Qm", TestVectors.Valid("docs_30_create_3").Transaction.AssetText, StringComparison.Ordinal);
    }

    private static byte[]? WithRightId(byte[] body)
    {
        if (!CanonicalDocument.Parse(body).TryGet(out var document, out _)) return null;
        using (document)
        {
            if (!document.Root.TryGetMember("id"u8, out var id)) return null;
            var right = TransactionText.Id(document.Utf8, id.Start..id.End);
            return [.. document.Utf8[..id.Start], .. Encoding.ASCII.GetBytes($"\"{right}\""), .. document.Utf8[id.End..]];
        }
    }

    private static string SigningText(ReadOnlyMemory<byte> body)
    {
        using var document = CanonicalDocument.Parse(body).OrThrow();
        return Encoding.UTF8.GetString(new TransactionNodes(document.Root).SigningText(document.Utf8));
    }

    private static void AssertMessages(JsonElement inputs, Transaction transaction, byte[] signingText)
    {
        Assert.Equal(inputs.GetArrayLength(), transaction.Inputs.Count);
        var message = new byte[Sha3.Length];
        for (var i = 0; i < transaction.Inputs.Count; i++)
        {
            TransactionText.Message(signingText, transaction.Inputs[i].Fulfills, message);
            Assert.Equal(Text(inputs[i], "message_sha3_256_hex"), Convert.ToHexStringLower(message));
            Assert.True(transaction.Inputs[i].Fulfillment!.Verify(message));
        }
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
