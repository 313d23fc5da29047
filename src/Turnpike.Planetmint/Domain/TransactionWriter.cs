using System.Globalization;
using System.Text;

namespace Turnpike.Planetmint.Domain;

/// <summary>Writes the parts of a transaction in canonical text; members stand in the order of their names.</summary>
internal sealed class TransactionWriter
{
    private byte[] _utf8 = new byte[1024];
    private int _length;

    public ReadOnlySpan<byte> Utf8 => _utf8.AsSpan(0, _length);

    public TransactionWriter Write(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Room(text.Length));
        _length += text.Length;
        return this;
    }

    public TransactionWriter Write(string ascii)
    {
        _length += Encoding.ASCII.GetBytes(ascii, Room(ascii.Length));
        return this;
    }

    public TransactionWriter Write(in TransactionId id)
    {
        id.WriteHex(Room(TransactionId.HexLength));
        _length += TransactionId.HexLength;
        return this;
    }

    public TransactionWriter Write(OutputRef? output)
    {
        if (output is not { } named) return Write("null"u8);
        return Write("{\"output_index\":"u8).Write(named.Index).Write(",\"transaction_id\":\""u8).Write(named.TransactionId).Write("\"}"u8);
    }

    public TransactionWriter Write(IReadOnlyList<OwnerKey> keys)
    {
        Write("["u8);
        for (var i = 0; i < keys.Count; i++)
        {
            if (i > 0) Write(","u8);
            Write(keys[i]);
        }

        return Write("]"u8);
    }

    public TransactionWriter Write(NewOutput output)
    {
        Write("{\"amount\":\""u8).Write(output.Amount).Write("\",\"condition\":{\"details\":"u8)
            .Write(output.Details).Write(",\"uri\":\""u8);
        _length += output.Details.Condition.WriteUri(Room(Condition.MaxUriLength));
        return Write("\"},\"public_keys\":"u8).Write(output.Details.Keys).Write("}"u8);
    }

    private TransactionWriter Write(ConditionDetails details)
    {
        if (details is ConditionDetails.Ed25519 single)
            return Write("{\"public_key\":"u8).Write(single.Key).Write(",\"type\":\"ed25519-sha-256\"}"u8);

        var threshold = (ConditionDetails.Threshold)details;
        Write("{\"subconditions\":["u8);
        for (var i = 0; i < threshold.Members.Count; i++)
        {
            if (i > 0) Write(","u8);
            Write(threshold.Members[i]);
        }

        return Write("],\"threshold\":"u8).Write(threshold.Required).Write(",\"type\":\"threshold-sha-256\"}"u8);
    }

    private TransactionWriter Write(in OwnerKey key)
    {
        Write("\""u8);
        _length += key.WriteBase58(Room(44));
        return Write("\""u8);
    }

    private TransactionWriter Write(long number)
    {
        number.TryFormat(Room(20), out var digits, default, CultureInfo.InvariantCulture);
        _length += digits;
        return this;
    }

    private Span<byte> Room(int length)
    {
        if (_utf8.Length - _length < length) Array.Resize(ref _utf8, Math.Max(_utf8.Length * 2, _length + length));
        return _utf8.AsSpan(_length);
    }
}
