using System.Buffers;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Sockets;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>With what a subscription begins.</summary>
/// <param name="After">What the subscriber has once it was sent the states: changes follow after it.</param>
/// <param name="States">The payloads of the objects as they are, in the order asked for; none for who resumes.</param>
/// <param name="IsGap">Changes between the cursor that it brought and the states are lost.</param>
/// <param name="Keys">What it follows.</param>
/// <param name="Unknown">Quotes that there are not.</param>
/// <param name="Unpaid">Quotes whose payment may not have been noticed.</param>
internal sealed record SubscriptionStart(
    Cursor After, IReadOnlyList<ReadOnlyMemory<byte>> States, bool IsGap, IReadOnlyList<TopicKey> Keys, IReadOnlyList<string> Unknown,
    IReadOnlyList<MintQuote> Unpaid);

/// <summary>Reads with what a subscription begins: the state as of one snapshot, or nothing where its cursor still holds.</summary>
/// <remarks>docs/specs/cashu.md 3.2 and 3.5.</remarks>
internal sealed class SubscriptionReader(IDatabase database)
{
    private readonly EventLog _log = new(database);

    /// <exception cref="StorageException">The store failed.</exception>
    public async Task<SubscriptionStart> ReadAsync(FrameDialect dialect, SubscriptionRequest request, CancellationToken cancellation)
    {
        string[] topics = [.. Topics(request)];
        var resumes = request.Since.Cursor is { } text ? await ResumeAsync(text, topics, cancellation) : null;
        var isGap = resumes is null && (request.Since.Cursor is not null || request.Since.IsUnreadable);
        var (point, objects) = resumes is not null && request.Kind == SubscriptionKind.Proof ? (resumes, []) : await database.ReadAsync(
            async snapshot => ((await snapshot.PointAsync()).ToCursor(), await ReadAsync(snapshot, dialect, request)), cancellation);
        return new SubscriptionStart(
            resumes ?? point,
            resumes is null ? [.. objects.Select(o => o.Payload)] : [],
            isGap,
            [.. topics.Select(EventChange.KeyOf)],
            request.Kind == SubscriptionKind.Proof ? [] : [.. request.Quotes.Select(q => q.Value).Except(objects.Select(o => o.Name))],
            [.. objects.Select(o => o.MintQuote).Where(q => q is { State: MintQuoteState.Unpaid }).Select(q => q!)]);
    }

    /// <summary>An object as it is.</summary>
    private readonly record struct Found(string Name, ReadOnlyMemory<byte> Payload, MintQuote? MintQuote = null);

    private static IEnumerable<string> Topics(SubscriptionRequest request) => request.Kind switch
    {
        SubscriptionKind.MintQuote => request.Quotes.Select(CashuTopics.OfMintQuote),
        SubscriptionKind.MeltQuote => request.Quotes.Select(CashuTopics.OfMeltQuote),
        _ => request.Points.Select(y => CashuTopics.OfProof(y)),
    };

    /// <returns>Null if the cursor is not one from which this store can go on.</returns>
    private async ValueTask<Cursor?> ResumeAsync(string text, string[] topics, CancellationToken cancellation)
    {
        if (!Cursor.Parse(text).TryGet(out var cursor, out _)) return null;
        return (await _log.ReadAsync(topics.Length > 0 ? topics[..1] : [CashuTopics.All], cursor, 1, cancellation)).IsOk ? cursor : null;
    }

    private static async ValueTask<IReadOnlyList<Found>> ReadAsync(Reads reads, FrameDialect dialect, SubscriptionRequest request)
    {
        var isDraft = dialect == FrameDialect.Draft;
        switch (request.Kind)
        {
            case SubscriptionKind.MintQuote:
                return [.. (await MintQuoteTable.ReadAsync(reads, request.Quotes)).Select(quote => new Found(quote.Id.Value, Write(to =>
                {
                    if (isDraft) DraftFrames.WriteMintQuote(to, quote);
                    else MintMessages.WriteQuote(to, quote);
                }), quote))];
            case SubscriptionKind.MeltQuote:
                return [.. (await MeltQuoteView.ReadAsync(reads, request.Quotes)).Select(view => new Found(view.Quote.Id.Value, Write(to =>
                {
                    if (isDraft) DraftFrames.WriteMeltQuote(to, view.Quote, view.Change);
                    else MeltMessages.WriteQuote(to, view.Quote, view.Change);
                })))];
            default:
                var seen = (await ProofTable.ReadAsync(reads, request.Points)).ToDictionary(proof => proof.Y);
                return [.. request.Points.Select(y => new Found("", Write(to => StateMessages.WriteOne(to, StatusOf(y, seen)))))];
        }
    }

    private static ProofStatus StatusOf(PublicKey y, Dictionary<PublicKey, StoredProof> seen) => seen.TryGetValue(y, out var proof)
        ? new ProofStatus(y, proof.State, proof.State == ProofState.Spent ? proof.Witness : null)
        : new ProofStatus(y, ProofState.Unspent, null);

    private static ReadOnlyMemory<byte> Write(Action<IBufferWriter<byte>> write)
    {
        var payload = new ArrayBufferWriter<byte>(256);
        write(payload);
        return payload.WrittenMemory;
    }
}
