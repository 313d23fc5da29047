using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>Makes mint quotes, and reads them.</summary>
/// <remarks>docs/specs/cashu.md 5.</remarks>
internal sealed class QuoteBook(
    IDatabase database, ILightning lightning, MintKeys keys, InvoiceAsks asks, IOptions<CashuOptions> options, TimeProvider clock)
{
    /// <summary>Makes a quote: an invoice of the node, then its row.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellation">Withdraws it while it waits; the node may have made the invoice.</param>
    /// <returns>The quote, UNPAID; or 11013, 20003, 11006, 20009, 10000.</returns>
    /// <exception cref="LightningException">The node did not make an invoice.</exception>
    public async Task<Result<MintQuote>> CreateAsync(MintQuoteRequest request, CancellationToken cancellation)
    {
        if (!QuoteRules.CheckMint(request.Amount, request.Unit, request.Description, request.Pubkey, options.Value)
            .TryGet(out var pubkey, out var error)) return error;
        if (!Amounts.TryToMsat(request.Amount, Units.Rate(request.Unit, options.Value), out var msat))
            return CashuErrors.AmountOutsideLimits($"{request.Amount} is more than Lightning can carry");

        var now = clock.GetUtcNow();
        var id = QuoteId.Create(now.ToUnixTimeMilliseconds(), RandomNumberGenerator.GetBytes(QuoteId.RandomBytes));
        var ttl = TimeSpan.FromSeconds(options.Value.MintQuoteTtl);
        var invoice = await lightning.CreateInvoiceAsync(msat, request.Description ?? "", ttl, PreimageOf(id), cancellation);
        if (!Bolt11.TryDecode(invoice.Request, out var decoded, out var fault)) throw new LightningException($"Not an invoice: {fault}");
        var quote = new MintQuote
        {
            Id = id,
            Unit = request.Unit,
            Amount = request.Amount,
            Request = invoice.Request,
            PaymentHash = new Scalar(invoice.PaymentHash.Span),
            Node = decoded.Payee,
            Pubkey = pubkey,
            Expiry = decoded.ExpiresAt,
            Created = now.ToUnixTimeSeconds(),
            UpdatedAt = now.ToUnixTimeSeconds(),
        };
        return await database.CommitAsync<MintQuote>(
            MintQuoteTable.Lock(quote.PaymentHash), work => InsertAsync(work, quote), cancellation);
    }

    /// <summary>A quote as it is; the node is asked about one that seems unpaid, and its answer comes as an event.</summary>
    /// <returns>The quote; or 20000.</returns>
    public async Task<Result<MintQuote>> ReadAsync(QuoteId id, CancellationToken cancellation)
    {
        if (await database.ReadAsync(reads => MintQuoteTable.ReadAsync(reads, id), cancellation) is not { } quote)
            return CashuErrors.QuoteUnknown;
        asks.Ask(quote);
        return quote;
    }

    /// <summary>Several quotes, in the order asked for.</summary>
    /// <returns>The quotes; or 20000 if one is not known.</returns>
    public async Task<Result<IReadOnlyList<MintQuote>>> ReadAsync(IReadOnlyList<QuoteId> ids, CancellationToken cancellation)
    {
        var quotes = await database.ReadAsync(reads => MintQuoteTable.ReadAsync(reads, ids), cancellation);
        if (quotes.Count < ids.Count) return CashuErrors.QuoteUnknown;
        foreach (var quote in quotes) asks.Ask(quote);
        return Result.Ok(quotes);
    }

    /// <summary>Writes the quote. An invoice that pays itself may have been paid before that.</summary>
    private async ValueTask<Result<MintQuote>> InsertAsync(Work work, MintQuote quote)
    {
        if (await MintPaymentTable.ReadOrphanAsync(work, quote.PaymentHash) is { } msat)
        {
            var rate = Units.Rate(quote.Unit, options.Value);
            var credit = MintQuotes.Credit(quote, (ulong)(msat / rate), quote.Created);
            var surplus = msat - checked((long)credit.Amount * rate);
            MintPaymentTable.Adopt(work, quote.PaymentHash, quote.Id, credit.Amount, surplus);
            quote = credit.Quote!;
        }

        MintQuoteTable.Insert(work, quote);
        return quote;
    }

    private Preimage PreimageOf(QuoteId id)
    {
        Span<byte> bytes = stackalloc byte[Preimage.Length];
        keys.Preimage(id, bytes);
        return Preimage.TryRead(bytes, out var preimage) ? preimage : throw new InvalidOperationException("A preimage has 32 bytes.");
    }
}
