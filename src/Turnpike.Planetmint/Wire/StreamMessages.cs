using System.Buffers;
using System.Globalization;
using System.Text;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Wire;

/// <summary>How a stream names the asset.</summary>
public enum StreamDialect
{
    /// <summary><c>transaction_id, asset_id, height</c>: the documented one.</summary>
    Standard,

    /// <summary><c>height, asset_ids, transaction_id</c>: what the Python node sends since 1.3.2.</summary>
    Planetmint2,
}

/// <summary>Writes the messages of the event streams: JSON without spaces, without a frame around it.</summary>
/// <remarks>planetmint.md 2.1 to 2.3. Vectors: tests/vectors/planetmint/stream.json.</remarks>
public static class StreamMessages
{
    /// <summary>One committed transaction, on <c>valid_transactions</c>.</summary>
    /// <param name="output">Takes the message.</param>
    /// <param name="dialect">Which members, in which order.</param>
    /// <param name="id">The transaction.</param>
    /// <param name="assetId">Its asset.</param>
    /// <param name="height">Its block.</param>
    /// <param name="body">Its canonical body for <c>include=transaction</c>; empty to leave it out.</param>
    public static void WriteTransaction(
        IBufferWriter<byte> output, StreamDialect dialect, in TransactionId id, in TransactionId assetId,
        long height, ReadOnlySpan<byte> body = default)
    {
        if (dialect == StreamDialect.Standard)
        {
            output.Write("{\"transaction_id\":\""u8);
            WriteId(output, id);
            output.Write("\",\"asset_id\":\""u8);
            WriteId(output, assetId);
            output.Write("\",\"height\":"u8);
            WriteNumber(output, height);
        }
        else
        {
            output.Write("{\"height\":"u8);
            WriteNumber(output, height);
            output.Write(",\"asset_ids\":[\""u8);
            WriteId(output, assetId);
            output.Write("\"],\"transaction_id\":\""u8);
            WriteId(output, id);
            output.Write("\""u8);
        }

        if (!body.IsEmpty)
        {
            output.Write(",\"transaction\":"u8);
            output.Write(body);
        }

        output.Write("}"u8);
    }

    /// <summary>One committed block, on <c>valid_blocks</c>.</summary>
    /// <param name="output">Takes the message.</param>
    /// <param name="height">The block.</param>
    /// <param name="hash">Its hash; 64 hex digits, or whatever an upstream wrote there.</param>
    /// <param name="ids">Its transactions in order, or those that pass a filter.</param>
    public static void WriteBlock(IBufferWriter<byte> output, long height, AppHash hash, IEnumerable<TransactionId> ids)
    {
        output.Write("{\"height\":"u8);
        WriteNumber(output, height);
        output.Write(",\"hash\":\""u8);
        Encoding.ASCII.GetBytes(hash.Hex, output);
        output.Write("\",\"transaction_ids\":["u8);
        var isFirst = true;
        foreach (var id in ids)
        {
            output.Write(isFirst ? "\""u8 : ",\""u8);
            isFirst = false;
            WriteId(output, id);
            output.Write("\""u8);
        }

        output.Write("]}"u8);
    }

    /// <summary>The replay has reached the head, for <c>caught_up=true</c>.</summary>
    /// <param name="output">Takes the message.</param>
    /// <param name="height">The head.</param>
    public static void WriteCaughtUp(IBufferWriter<byte> output, long height)
    {
        output.Write("{\"caught_up\":true,\"height\":"u8);
        WriteNumber(output, height);
        output.Write("}"u8);
    }

    private static void WriteId(IBufferWriter<byte> output, in TransactionId id)
    {
        id.WriteHex(output.GetSpan(TransactionId.HexLength));
        output.Advance(TransactionId.HexLength);
    }

    private static void WriteNumber(IBufferWriter<byte> output, long number)
    {
        number.TryFormat(output.GetSpan(20), out var written, default, CultureInfo.InvariantCulture);
        output.Advance(written);
    }
}
