using System.Globalization;
using System.Text;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Client;

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
