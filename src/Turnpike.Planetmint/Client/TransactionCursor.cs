using System.Globalization;
using System.Text;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Client;

/// <summary>The place in <c>valid_transactions</c>: the last event, and every id of its height, since a block comes in pieces.</summary>
internal sealed class TransactionCursor(StreamPosition start) : IStreamCursor<TransactionEvent>
{
    private readonly HashSet<TransactionId> _atHeight = [];
    private StreamPosition _position = start;
    private long _height = -1;

    public void WriteTo(StringBuilder query)
    {
        var separator = query.Length == 0 ? '?' : '&';
        if (_position is StreamPosition.From from)
            query.Append(separator).Append(CultureInfo.InvariantCulture, $"from_height={from.Height}");
        if (_position is StreamPosition.Behind behind) query.Append(separator).Append("after=").Append(behind.Id.ToString());
    }

    public TransactionEvent? Take(ReadOnlySpan<byte> message)
    {
        var read = StreamReading.Read(message);
        if (read.CaughtUp) return null;
        if (read.Height is not { } height || StreamReading.Id(read.TransactionId) is not { } id
            || StreamReading.Id(read.AssetId ?? (read.AssetIds is [var first, ..] ? first : null)) is not { } asset)
            throw StreamReading.NoEvent(message);

        if (height < _height || (_position is StreamPosition.Behind last && last.Id.Equals(id))) return null;
        if (height > _height) _atHeight.Clear();
        if (!_atHeight.Add(id)) return null;
        _height = height;
        _position = StreamPosition.After(id);
        return new(id, asset, height) { Transaction = StreamReading.Raw(read.Transaction) };
    }
}
