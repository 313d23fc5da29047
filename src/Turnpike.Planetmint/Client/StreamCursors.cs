using System.Globalization;
using System.Text;
using System.Text.Json;
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

/// <summary>The place in <c>valid_blocks</c>: the last height.</summary>
internal sealed class BlockCursor(long? next) : IStreamCursor<BlockEvent>
{
    private long? _next = next;

    public void WriteTo(StringBuilder query)
    {
        if (_next is { } height)
            query.Append(query.Length == 0 ? '?' : '&').Append(CultureInfo.InvariantCulture, $"from_height={height}");
    }

    public BlockEvent? Take(ReadOnlySpan<byte> message)
    {
        var read = StreamReading.Read(message);
        if (read.CaughtUp) return null;
        if (read.Height is not { } height || read.TransactionIds is not { } texts) throw StreamReading.NoEvent(message);
        if (height < _next) return null;

        var ids = new List<TransactionId>(texts.Count);
        foreach (var text in texts) ids.Add(StreamReading.Id(text) ?? throw StreamReading.NoEvent(message));
        _next = height + 1;
        return new(height, read.Hash ?? "", ids);
    }
}

/// <summary>Reads what a node writes into its streams.</summary>
internal static class StreamReading
{
    public static StreamMessage Read(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return JsonSerializer.Deserialize(utf8, StreamJson.Default.StreamMessage) ?? throw NoEvent(utf8);
        }
        catch (JsonException error)
        {
            throw NoEvent(utf8, error);
        }
    }

    public static TransactionId? Id(string? hex) => hex is not null && TransactionId.TryParse(hex, out var id) ? id : null;

    public static ReadOnlyMemory<byte> Raw(JsonElement? element) =>
        element is { } json ? Encoding.UTF8.GetBytes(json.GetRawText()) : ReadOnlyMemory<byte>.Empty;

    public static PlanetmintClientException NoEvent(ReadOnlySpan<byte> utf8, Exception? inner = null) =>
        new($"The node sent what is no event: {Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 200)])}", inner: inner);
}
