using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Storage;

/// <summary>A melt quote as wallets see it.</summary>
/// <param name="Quote">The quote.</param>
/// <param name="Change">What was signed of its blank outputs, in their order; null until PAID, or if no outputs had been given.</param>
/// <remarks>docs/specs/cashu.md 5 and 7.5.</remarks>
internal sealed record MeltQuoteView(MeltQuote Quote, IReadOnlyList<BlindSignature>? Change)
{
    private const string ChangeOf =
        """
        SELECT p.amount, k.id, p.c_, p.e, p.s FROM cashu_promise p JOIN cashu_keyset k ON k.no = p.keyset_no
        WHERE p.op_id = $1 AND p.c_ IS NOT NULL ORDER BY p.ord
        """;

    /// <summary>Those of the quotes that there are, in the order asked for.</summary>
    public static async ValueTask<IReadOnlyList<MeltQuoteView>> ReadAsync(Reads reads, IReadOnlyList<QuoteId> ids)
    {
        var rows = await MeltQuoteTable.ReadManyAsync(reads, ids);
        var views = new List<MeltQuoteView>(rows.Count);
        foreach (var (quote, operation, blanks) in rows)
        {
            var change = quote.State == MeltQuoteState.Paid && blanks is not null
                ? await reads.ReadListAsync(ChangeOf, MapChange, operation?.ToBytes())
                : null;
            views.Add(new(quote, change));
        }

        return views;
    }

    private static BlindSignature MapChange(SqlRow row) => new((ulong)row.Int64(0), KeysetTable.ReadId(row, 1), StoredPoints.Read(row, 2),
        new Dleq(StoredPoints.ReadScalar(row, 3), StoredPoints.ReadScalar(row, 4)));
}
