using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel;
using Turnpike.Kernel.Encodings;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>Makes melt quotes, and reads them.</summary>
/// <remarks>docs/specs/cashu.md 5 and 7.5.</remarks>
internal sealed class MeltBook(
    IDatabase database, NodeIdentity node, IOptions<CashuOptions> options, TimeProvider clock)
{
    /// <summary>Makes a quote.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellation">Withdraws it while it waits.</param>
    /// <returns>The quote, UNPAID; or 10000, 20007, 11011, 11012, 11013, 20003, 11006, 20006, or 20004 without a node.</returns>
    public async Task<Result<MeltQuote>> CreateAsync(MeltQuoteRequest request, CancellationToken cancellation)
    {
        if (!Bolt11.TryDecode(request.Request, out var invoice, out var fault)) return CashuErrors.Malformed(fault);
        LightningStatus.Reachable ours;
        try
        {
            ours = await node.GetAsync(cancellation);
        }
        catch (LightningException)
        {
            return CashuErrors.LightningFailed;
        }

        if (!Price(request, invoice, ours).TryGet(out var quote, out var error)) return error;
        return await database.CommitAsync<MeltQuote>(Locks.None, async work =>
        {
            if (await MeltQuoteTable.ReadTakenAsync(work, quote.PaymentHash) is not null) return CashuErrors.InvoicePaid;
            var own = await MintQuoteTable.ReadByHashAsync(work, quote.PaymentHash);
            if (!FindRoute(quote, own, invoice, ours).TryGet(out var route, out var refused)) return refused;
            var made = route == MeltRoute.Internal ? quote with { FeeReserve = 0 } : quote;
            MeltQuoteTable.Insert(work, made);
            return made;
        }, cancellation);
    }

    /// <summary>A quote as it is.</summary>
    /// <returns>The quote; or 20000.</returns>
    public async Task<Result<MeltQuoteView>> ReadAsync(QuoteId id, CancellationToken cancellation) =>
        await database.ReadAsync(reads => MeltQuoteView.ReadAsync(reads, [id]), cancellation) is [var view]
            ? view
            : CashuErrors.QuoteUnknown;

    /// <summary>Which way a quote is paid. An invoice of our own is never sent to Lightning.</summary>
    /// <param name="quote">The melt quote.</param>
    /// <param name="own">The mint quote that has its hash, or null.</param>
    /// <param name="invoice">Its invoice.</param>
    /// <param name="ours">Our node.</param>
    /// <returns>The way; or 20006.</returns>
    public static Result<MeltRoute> FindRoute(MeltQuote quote, MintQuote? own, Bolt11Invoice invoice, LightningStatus.Reachable ours)
    {
        if (own is null) return invoice.Payee == ours.Node ? CashuErrors.InvoicePaid : MeltRoute.Lightning;
        // Another node of ours made it, in former times: nobody can cancel it there.
        if (own.Node != ours.Node) return CashuErrors.InvoicePaid;
        return MeltQuotes.CheckInternal(quote, own) is { } error ? error : MeltRoute.Internal;
    }

    private Result<MeltQuote> Price(MeltQuoteRequest request, Bolt11Invoice invoice, LightningStatus.Reachable ours)
    {
        var now = clock.GetUtcNow();
        var seconds = now.ToUnixTimeSeconds();
        if (invoice.Network != ours.Network)
            return CashuErrors.Malformed($"The invoice is of network {invoice.Network}; this mint is on {ours.Network}");
        if (seconds >= invoice.ExpiresAt) return CashuErrors.QuoteExpired;
        if (!QuoteRules.MeltAmount(invoice.AmountMsat, request.AmountlessMsat).TryGet(out var msat, out var error)) return error;
        if (!options.Value.UnitsOrDefault.Contains(request.Unit)) return CashuErrors.UnitNotSupported(request.Unit);
        var rate = Units.Rate(request.Unit, options.Value);
        var amount = Amounts.FromMsat(msat, rate);
        if (QuoteRules.CheckMelt(amount, request.Unit, options.Value) is { } outside) return outside;
        return new MeltQuote
        {
            Id = QuoteId.Create(now.ToUnixTimeMilliseconds(), RandomNumberGenerator.GetBytes(QuoteId.RandomBytes)),
            Unit = request.Unit,
            Request = request.Request,
            PaymentHash = new Scalar(invoice.PaymentHash.Span),
            Amount = amount,
            AmountMsat = msat,
            FeeReserve = Amounts.FeeReserve(amount, Units.FromSat(options.Value.MinFee, rate), options.Value.FeePercent),
            Expiry = Math.Min(invoice.ExpiresAt, seconds + options.Value.MeltQuoteTtl),
            Created = seconds,
            UpdatedAt = seconds,
        };
    }
}

/// <summary>Which way a melt is paid.</summary>
internal enum MeltRoute
{
    /// <summary>By the Lightning node.</summary>
    Lightning,

    /// <summary>To a mint quote of this mint, in one commit.</summary>
    Internal,
}
