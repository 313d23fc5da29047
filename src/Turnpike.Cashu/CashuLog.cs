using Microsoft.Extensions.Logging;
using Turnpike.Cashu.Domain;

namespace Turnpike.Cashu;

/// <summary>What the mint tells its operator. Event ids 2000 to 2999. Quotes by <see cref="QuoteId.LogName"/>, never by their id.</summary>
internal static partial class CashuLog
{
    [LoggerMessage(2001, LogLevel.Information, "Keyset {Id} ({Unit}) is active, with a fee of {InputFeePpk} ppk")]
    public static partial void KeysetMade(this ILogger logger, KeysetId id, string unit, int inputFeePpk);

    [LoggerMessage(2002, LogLevel.Information, "Keyset {Id} ({Unit}) is inactive; what it signed stays good")]
    public static partial void KeysetRetired(this ILogger logger, KeysetId id, string unit);

    [LoggerMessage(2003, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(this ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(2010, LogLevel.Error, "A payment of {AmountMsat} msat came in for {Hash}, which no quote has: it is credited to nobody")]
    public static partial void PaymentUnknown(this ILogger logger, string hash, long amountMsat);

    [LoggerMessage(2011, LogLevel.Error,
        "Quote #{Quote} was settled inside, and the node settled it too: {AmountMsat} msat are credited to nobody")]
    public static partial void PaymentTwice(this ILogger logger, string quote, long amountMsat);

    [LoggerMessage(2012, LogLevel.Warning, "Quote #{Quote} was paid {SurplusMsat} msat more than it asked for: credited to nobody")]
    public static partial void PaymentTooMuch(this ILogger logger, string quote, long surplusMsat);

    [LoggerMessage(2013, LogLevel.Error, "Quote #{Quote} got {AmountMsat} msat, less than it asked for: nothing is credited")]
    public static partial void PaymentTooLittle(this ILogger logger, string quote, long amountMsat);

    [LoggerMessage(2020, LogLevel.Information, "Reading the payments of Lightning node {Node} from {Cursor} on")]
    public static partial void IncomingStarted(this ILogger logger, string node, long cursor);

    [LoggerMessage(2021, LogLevel.Warning, "The payments of the Lightning node cannot be read: {Reason}; again in {Pause}")]
    public static partial void IncomingLost(this ILogger logger, string reason, TimeSpan pause);

    [LoggerMessage(2022, LogLevel.Warning, "The Lightning node was asked about quote #{Quote} and does not say: {Reason}")]
    public static partial void AskUnanswered(this ILogger logger, string quote, string reason);

    [LoggerMessage(2023, LogLevel.Error, "What the Lightning node said of quote #{Quote} could not be kept; it will be asked again")]
    public static partial void AskFailed(this ILogger logger, Exception exception, string quote);

    [LoggerMessage(2025, LogLevel.Error, "A subscription could not be opened: the store failed; the client is told")]
    public static partial void SubscriptionFailed(this ILogger logger, Exception exception);

    [LoggerMessage(2030, LogLevel.Error, "The books do not hold: {Fault}")]
    public static partial void AuditFault(this ILogger logger, string fault);

    [LoggerMessage(2031, LogLevel.Error, "The audit could not be done")]
    public static partial void AuditFailed(this ILogger logger, Exception exception);

    [LoggerMessage(2040, LogLevel.Information, "Melt #{Quote} over {Amount} {Unit} is decided: {Outcome}")]
    public static partial void MeltClosed(this ILogger logger, string quote, string outcome, ulong amount, string unit);

    [LoggerMessage(2041, LogLevel.Warning, "Melt #{Quote} took more for Lightning than was given: {Surplus} are lost")]
    public static partial void MeltLost(this ILogger logger, string quote, long surplus);

    [LoggerMessage(2042, LogLevel.Error,
        "Melt #{Quote} had failed and its inputs had been given back, but the node paid it after all: {Surplus} are lost")]
    public static partial void PaidAfterRelease(this ILogger logger, string quote, long surplus);

    [LoggerMessage(2043, LogLevel.Warning, "What became of melt #{Quote} is not known: {Reason}; asked again in {Pause}")]
    public static partial void PaymentInDoubt(this ILogger logger, string quote, string reason, TimeSpan pause);

    [LoggerMessage(2044, LogLevel.Error,
        "The node has shown the payment of melt #{Quote} and knows nothing of it now: its records were deleted. Find out whether it was "
        + "paid, then: turnpike cashu melt resolve")]
    public static partial void PaymentForgotten(this ILogger logger, string quote);

    [LoggerMessage(2045, LogLevel.Error, "The payment of melt #{Quote} could not be looked after; again in {Pause}")]
    public static partial void PaymentFailed(this ILogger logger, Exception exception, string quote, TimeSpan pause);

    [LoggerMessage(2046, LogLevel.Information, "Took over the payments of server {Owner}, which is gone")]
    public static partial void PaymentsTakenOver(this ILogger logger, string owner);

    [LoggerMessage(2047, LogLevel.Warning, "The payments cannot be read: {Reason}")]
    public static partial void PaymentsUnread(this ILogger logger, string reason);

    [LoggerMessage(2048, LogLevel.Information, "Melting is open; {Payments} payments are under way")]
    public static partial void MeltingOpen(this ILogger logger, int payments);

    [LoggerMessage(2050, LogLevel.Information,
        "Pruned {MintQuotes} mint quotes, {MeltQuotes} melt quotes and {Proofs} spent proofs of keysets that are over")]
    public static partial void Pruned(this ILogger logger, int mintQuotes, int meltQuotes, int proofs);

    [LoggerMessage(2051, LogLevel.Warning, "Pruning was cut short: {Reason}; it goes on next time")]
    public static partial void PruningEnded(this ILogger logger, string reason);
}
