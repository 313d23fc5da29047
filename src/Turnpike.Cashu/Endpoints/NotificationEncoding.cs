using System.Buffers;
using System.Text.Json;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Sockets;

namespace Turnpike.Cashu.Endpoints;

/// <summary>
/// How a change is told: what follows a subscription's prefix, the same for all with the same dialect. The events' payloads are what
/// JSON-RPC's subscribers get; the draft's are made of them.
/// </summary>
/// <param name="Dialect">The subscription's.</param>
/// <param name="HasSeq">With the cursor after the change.</param>
/// <param name="Held">What the subscriber has already, if that has gaps: it is passed over, and belongs to every cursor. Else null.</param>
/// <remarks>docs/specs/cashu.md 2.3, 3.2 and 3.5.</remarks>
internal sealed record NotificationEncoding(FrameDialect Dialect, bool HasSeq, Cursor? Held) : IEncoding<EventChange>
{
    /// <summary>Subscriptions have addresses.</summary>
    public IReadOnlyList<TopicKey> Keys => [];

    /// <summary>Writes nothing for events of a type or version that this program does not know.</summary>
    public void Encode(EventChange change, long after, FrameWriter frames)
    {
        if (ContentOf(change.Event) is { } content) frames.Write(change.Last, content.Span);
    }

    /// <summary>What follows the prefix; null if the event is not told.</summary>
    public ReadOnlyMemory<byte>? ContentOf(CommittedEvent committed)
    {
        if (Held is not null && Held.Contains(committed) || !TryGetPayload(committed, out var payload)) return null;
        var seq = HasSeq ? (Held is null ? Cursor.Of(committed) : Held.AdvancedTo(committed)).ToString() : null;
        var content = new ArrayBufferWriter<byte>(payload.Length + 64);
        Write(content, Dialect, payload.Span, seq, isGap: false);
        return content.WrittenMemory;
    }

    /// <summary>Writes what follows the prefix.</summary>
    public static void Write(IBufferWriter<byte> to, FrameDialect dialect, ReadOnlySpan<byte> payload, string? seq, bool isGap)
    {
        Subscriptions.WritePayload(to, payload, seq, isGap);
        to.Write(dialect == FrameDialect.Draft ? DraftFrames.Suffix : RpcFrames.Suffix);
    }

    private bool TryGetPayload(CommittedEvent committed, out ReadOnlyMemory<byte> payload)
    {
        payload = committed.Payload;
        var isDraft = Dialect == FrameDialect.Draft;
        if (IsA<ProofChanged>(committed)) return true;
        if (IsA<MintQuoteChanged>(committed))
        {
            if (isDraft) payload = DraftOf(JsonSerializer.Deserialize(payload.Span, CashuEvents.Default.MintQuoteChanged)!);
            return true;
        }
        if (!IsA<MeltQuoteChanged>(committed)) return false;
        if (isDraft) payload = DraftOf(payload.Span, JsonSerializer.Deserialize(payload.Span, CashuEvents.Default.MeltQuoteChanged)!);
        return true;
    }

    private static bool IsA<T>(CommittedEvent committed) where T : IEvent =>
        committed.Type == T.EventType && committed.Version == T.EventVersion;

    private static ReadOnlyMemory<byte> DraftOf(MintQuoteChanged quote)
    {
        var data = new ArrayBufferWriter<byte>(512);
        DraftFrames.WriteMintQuote(data, quote.Quote, quote.Request, quote.State, quote.Expiry, quote.Amount, quote.Unit);
        return data.WrittenMemory;
    }

    private static ReadOnlyMemory<byte> DraftOf(ReadOnlySpan<byte> body, MeltQuoteChanged quote)
    {
        var data = new ArrayBufferWriter<byte>(body.Length + 256);
        DraftFrames.WriteMeltQuote(data, body, quote.Quote, quote.State == MeltMessages.Text(MeltQuoteState.Paid));
        return data.WrittenMemory;
    }
}
