using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Client;

/// <content>Subscriptions: what the mint pushes, across lost connections.</content>
public sealed partial class CashuClient
{
    /// <summary>Mint quotes: their state now, then each change once.</summary>
    /// <param name="quotes">Which; the mint passes over those it does not know.</param>
    /// <param name="since">Null, or the last <see cref="MintUpdate{T}.Seq"/> to go on from there.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>An endless stream.</returns>
    /// <exception cref="CashuClientException">The mint has no such subscriptions, or refuses this one.</exception>
    /// <remarks>docs/specs/cashu.md 3.</remarks>
    public IAsyncEnumerable<MintUpdate<MintQuoteStatus>> MintQuotes(
        IReadOnlyList<QuoteId> quotes, string? since, CancellationToken cancellation) =>
        Watch("bolt11_mint_quote", [.. quotes.Select(q => q.Value)], since, ClientJson.Default.MintQuoteModel,
            model => (model.Quote, MintQuoteStatus.Of(model)), cancellation);

    /// <summary>Melt quotes: their state now, then each change once.</summary>
    /// <inheritdoc cref="MintQuotes"/>
    public IAsyncEnumerable<MintUpdate<MeltQuoteStatus>> MeltQuotes(
        IReadOnlyList<QuoteId> quotes, string? since, CancellationToken cancellation) =>
        Watch("bolt11_melt_quote", [.. quotes.Select(q => q.Value)], since, ClientJson.Default.MeltQuoteModel,
            model => (model.Quote, MeltQuoteStatus.Of(model)), cancellation);

    /// <summary>Proofs: their state now, then each change once.</summary>
    /// <param name="ys">Their points.</param>
    /// <inheritdoc cref="MintQuotes"/>
    /// <param name="since">Null, or the last <see cref="MintUpdate{T}.Seq"/> to go on from there.</param>
    /// <param name="cancellation">Ends it.</param>
    public IAsyncEnumerable<MintUpdate<ProofStatus>> Proofs(
        IReadOnlyList<PublicKey> ys, string? since, CancellationToken cancellation) =>
        Watch("proof_state", [.. ys.Select(y => y.ToString())], since, ClientJson.Default.StateModel,
            model => (model.Y, SignatureReading.Read(model)), cancellation);

    private async IAsyncEnumerable<MintUpdate<TValue>> Watch<TModel, TValue>(
        string kind, IReadOnlyList<string> filters, string? since, JsonTypeInfo<TModel> json,
        Func<TModel, (string Key, TValue Value)> read, [EnumeratorCancellation] CancellationToken cancellation) where TModel : class
    {
        var last = new Dictionary<string, string>(StringComparer.Ordinal);
        var cursor = new SubscriptionCursor(kind, filters, since);
        await foreach (var payload in new ResumingSubscription(_options, cursor).ReadAsync(cancellation))
        {
            TModel? model;
            try
            {
                model = payload.Json.Deserialize(json);
            }
            catch (JsonException error)
            {
                throw new CashuClientException($"The mint notified of what is no {kind}: {error.Message}", error);
            }

            var (key, value) = read(model ?? throw new CashuClientException($"The mint notified of no {kind}"));
            // After a gap, or at a mint without cursors, the current state is told again: it is news only if it is another.
            var state = payload.Json.TryGetProperty("state"u8, out var named) ? named.ToString() : payload.Json.GetRawText();
            if (payload.IsCurrent && last.TryGetValue(key, out var before) && before == state) continue;
            last[key] = state;
            yield return new MintUpdate<TValue>(value, cursor.Since, payload.IsGap);
        }
    }
}
