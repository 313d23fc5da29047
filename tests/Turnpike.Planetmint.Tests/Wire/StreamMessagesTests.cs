using System.Buffers;
using System.Text;
using System.Text.Json;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Wire;
using Turnpike.Tests;

namespace Turnpike.Planetmint.Tests.Wire;

public sealed class StreamMessagesTests
{
    private static readonly JsonElement s_vectors = VectorsAttribute.Load("planetmint/stream.json");

    [Fact]
    public void The_first_message_has_exactly_this_text()
    {
        var first = s_vectors.GetProperty("valid_transactions")[0];

        Assert.Equal(s_vectors.GetProperty("valid_transactions_text_of_first").GetString(), Write(first, StreamDialect.Standard));
    }

    [Fact]
    public void Every_transaction_of_the_chain_has_its_message()
    {
        foreach (var vector in s_vectors.GetProperty("valid_transactions").EnumerateArray())
            Assert.True(JsonElement.DeepEquals(vector, JsonDocument.Parse(Write(vector, StreamDialect.Standard)).RootElement));
    }

    [Fact]
    public void The_other_dialect_lists_assets_in_the_nodes_order()
    {
        var vector = s_vectors.GetProperty("valid_transactions_asset_ids_dialect")[0];

        Assert.Equal(vector.GetRawText().Replace("\n", "").Replace(" ", ""),
            Write(s_vectors.GetProperty("valid_transactions")[0], StreamDialect.Planetmint2));
    }

    [Fact]
    public void A_message_can_carry_the_whole_body()
    {
        var transaction = TestVectors.Valid("create_unicode").Transaction;
        var output = new ArrayBufferWriter<byte>();

        StreamMessages.WriteTransaction(output, StreamDialect.Standard, transaction.Id,
            transaction.AssetId, 3, transaction.CanonicalBody.Span);

        var body = Encoding.UTF8.GetString(transaction.CanonicalBody.Span);
        Assert.EndsWith($",\"height\":3,\"transaction\":{body}}}", Encoding.UTF8.GetString(output.WrittenSpan), StringComparison.Ordinal);
        Assert.Equal(transaction.Id.ToString(),
            JsonDocument.Parse(output.WrittenMemory).RootElement.GetProperty("transaction").GetProperty("id").GetString());
    }

    [Fact]
    public void Every_block_of_the_chain_has_its_message()
    {
        foreach (var vector in s_vectors.GetProperty("valid_blocks").EnumerateArray())
        {
            var output = new ArrayBufferWriter<byte>();
            StreamMessages.WriteBlock(
                output, vector.GetProperty("height").GetInt64(), new AppHash(vector.GetProperty("hash").GetString()!),
                vector.GetProperty("transaction_ids").EnumerateArray().Select(Id));
            Assert.Equal(vector.GetRawText().Replace("\n", "").Replace(" ", ""), Encoding.UTF8.GetString(output.WrittenSpan));
        }
    }

    [Fact]
    public void An_empty_block_and_the_end_of_a_replay_have_theirs()
    {
        var output = new ArrayBufferWriter<byte>();
        StreamMessages.WriteBlock(output, 0, AppHash.Genesis, []);
        StreamMessages.WriteCaughtUp(output, 12);

        Assert.Equal("""{"height":0,"hash":"","transaction_ids":[]}{"caught_up":true,"height":12}""",
            Encoding.UTF8.GetString(output.WrittenSpan));
    }

    private static string Write(JsonElement vector, StreamDialect dialect)
    {
        var output = new ArrayBufferWriter<byte>();
        StreamMessages.WriteTransaction(
            output, dialect, Id(vector.GetProperty("transaction_id")), Id(vector.GetProperty("asset_id")),
            vector.GetProperty("height").GetInt64());
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static TransactionId Id(JsonElement id) =>
        TransactionId.TryParse(id.GetString(), out var read) ? read : throw new FormatException();
}
