using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Turnpike.Cashu.Domain;

namespace Turnpike.Cashu.Tests.Domain;

public class QuoteTests
{
    private const long Now = 1701700000;

    private static readonly MintKeyset s_keyset = Known.Keyset(order: 4);

    [Fact]
    public void A_quote_is_paid_once_and_issued_once()
    {
        var quote = Known.MintQuote(10);
        Assert.Equal(20001, Known.Code(MintQuotes.Issue(quote, 10, "sat", Now)));

        var credit = MintQuotes.Credit(quote, 12, Now);
        Assert.Equal((10UL, 2UL, MintQuoteState.Paid), (credit.Amount, credit.Surplus, credit.Quote!.State));
        Assert.Equal(quote.UpdatedAt, credit.Quote.UpdatedAt);                       // the clock went back: it never falls
        var again = MintQuotes.Credit(credit.Quote, 12, Now);
        Assert.Equal((0UL, 12UL, credit.Quote), (again.Amount, again.Surplus, again.Quote));
        Assert.Equal(11005, Known.Code(MintQuotes.Issue(credit.Quote, 9, "sat", Now)));
        Assert.Equal(11010, Known.Code(MintQuotes.Issue(credit.Quote, 10, "usd", Now)));

        var issued = Known.Ok(MintQuotes.Issue(credit.Quote, 10, "sat", long.MaxValue));
        Assert.Equal((MintQuoteState.Issued, 10UL, long.MaxValue), (issued.State, issued.AmountIssued, issued.UpdatedAt));
        Assert.Equal(20002, Known.Code(MintQuotes.Issue(issued, 10, "sat", Now)));
    }

    [Fact]
    public void A_payment_that_no_quote_knows_or_that_is_too_small_is_surplus()
    {
        Assert.Equal(new MintCredit(null, 0, 5), MintQuotes.Credit(null, 5, Now));
        var quote = Known.MintQuote(10);
        Assert.Equal(new MintCredit(quote, 0, 9), MintQuotes.Credit(quote, 9, Now));
    }

    [Fact]
    public void A_batch_is_all_or_nothing()
    {
        var (one, two) = (Known.MintQuote(10, 10), Known.MintQuote(20, 20, id: "p"));
        Assert.All(Known.Ok(MintQuotes.IssueBatch([one, two], [10, 20], 30, "sat", Now)), q => Assert.Equal(MintQuoteState.Issued, q.State));
        Assert.Equal(11005, Known.Code(MintQuotes.IssueBatch([one, two], [20, 10], 30, "sat", Now)));
        Assert.Equal(11005, Known.Code(MintQuotes.IssueBatch([one, two], null, 29, "sat", Now)));
        Assert.Equal(11010, Known.Code(MintQuotes.IssueBatch([one, two], null, 30, "usd", Now)));
        Assert.Equal(11009, Known.Code(MintQuotes.IssueBatch([one, two with { Unit = "usd" }], null, 30, "sat", Now)));
        Assert.Equal(20001, Known.Code(MintQuotes.IssueBatch([one, two with { AmountPaid = 0 }], null, 30, "sat", Now)));
        Assert.Equal(20002, Known.Code(MintQuotes.IssueBatch([one with { AmountIssued = 10 }, two], null, 30, "sat", Now)));
    }

    [Fact]
    public void No_sequence_of_payments_and_mints_issues_more_than_was_paid() => Prop.ForAll(
        ArbMap.Default.ArbFor<(byte Total, bool Pays)[]>(), moves =>
        {
            var quote = Known.MintQuote(7);
            var (paid, issued) = (0UL, 0UL);
            foreach (var (total, pays) in moves)
            {
                if (pays)
                {
                    var credit = MintQuotes.Credit(quote, total, Now);
                    Assert.Equal(total, credit.Amount + credit.Surplus);
                    (quote, paid) = (credit.Quote!, paid + credit.Amount);
                }
                else if (MintQuotes.Issue(quote, total % 9u, "sat", Now).TryGet(out var next, out _))
                {
                    (quote, issued) = (next, issued + total % 9u);
                }

                Assert.Equal((paid, issued), (quote.AmountPaid, quote.AmountIssued));
                Assert.True(issued <= paid && paid <= quote.Amount);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void A_melt_starts_only_with_enough_in_time_and_once()
    {
        var quote = Known.MeltQuote(10, 2);
        Assert.Equal(11005, Known.Code(MeltQuotes.Start(quote, 12, 1, "sat", Now)));
        Assert.Equal(11010, Known.Code(MeltQuotes.Start(quote, 13, 1, "usd", Now)));
        Assert.Equal(20007, Known.Code(MeltQuotes.Start(quote, 13, 1, "sat", quote.Expiry + 1)));
        Assert.Equal(11005, Known.Code(MeltQuotes.Start(Known.MeltQuote(Amounts.Max, Amounts.Max), Amounts.Max, Amounts.Max, "sat", Now)));
        var pending = Known.Ok(MeltQuotes.Start(quote, 13, 1, "sat", quote.Expiry));
        Assert.Equal(MeltQuoteState.Pending, pending.State);
        Assert.Equal(20005, Known.Code(MeltQuotes.Start(pending, 13, 1, "sat", Now)));
        Assert.Equal(20006, Known.Code(MeltQuotes.Start(quote with { State = MeltQuoteState.Paid }, 13, 1, "sat", Now)));
        Assert.Equal(MeltQuoteState.Unpaid, MeltQuotes.Failed(pending, Now).State);
        Assert.Throws<UnreachableException>(() => MeltQuotes.Failed(quote, Now));
        Assert.Throws<UnreachableException>(() => MeltQuotes.Paid(quote, 13, 1, new MeltPayment(default, 0), 1000, [], Now));
    }

    [Theory]
    // given, input fee, fee msat, blanks: change, surplus
    [InlineData(20, 0, 1500, 4, new ulong[] { 8 }, 0)]                               // 20 − 10 − 2 = 8
    [InlineData(20, 1, 1500, 4, new ulong[] { 1, 2, 4 }, 0)]
    [InlineData(20, 1, 1500, 2, new ulong[] { 2, 4 }, 1)]                            // the largest are kept
    [InlineData(20, 1, 1500, 0, new ulong[0], 7)]
    [InlineData(50, 0, 0, 9, new ulong[] { 8, 8, 8, 8, 8 }, 0)]                      // the largest key is used again
    [InlineData(51, 0, 0, 9, new ulong[] { 1, 8, 8, 8, 8, 8 }, 0)]
    [InlineData(51, 0, 0, 3, new ulong[] { 8, 8, 8 }, 17)]
    [InlineData(12, 0, 2000, 4, new ulong[0], 0)]
    [InlineData(12, 0, 9001, 4, new ulong[0], -8)]                                   // Lightning took more than was given
    public void Change_is_what_is_left(ulong given, ulong inputFee, long feeMsat, int blanks, ulong[] change, long surplus)
    {
        var quote = Known.MeltQuote(10, 2, MeltQuoteState.Pending);
        var outcome = MeltQuotes.Paid(quote, given, inputFee, new MeltPayment(new Scalar(new byte[32]), feeMsat), 1000, Blanks(blanks), Now);

        Assert.Equal(change, outcome.Change);
        Assert.Equal(surplus, outcome.Surplus);
        Assert.Equal(MeltQuoteState.Paid, outcome.Quote.State);
        Assert.Equal((ulong)((feeMsat + 999) / 1000), outcome.Quote.FeePaid);
        Assert.Equal(change, Signer.SignChange(Blanks(blanks), outcome.Change).Select(s => s.Amount));
    }

    [Fact]
    public void The_amounts_of_change_are_those_that_all_blanks_keysets_have()
    {
        var quote = Known.MeltQuote(10, 2, MeltQuoteState.Pending);
        BlankOutput[] blanks = [.. Blanks(2), new BlankOutput(Known.Keyset(index: 5, order: 2, active: false), Known.Point(Known.Generator))];
        Assert.Equal(new ulong[] { 2, 2, 2 }, MeltQuotes.Paid(quote, 30, 0, new MeltPayment(default, 0), 1000, blanks, Now).Change);
    }

    [Fact]
    public void Nothing_makes_an_outcome_fail_and_money_is_conserved() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).Four().ToArbitrary(), Gen.Choose(0, 70).Two().ToArbitrary(), (numbers, more) =>
        {
            var (amount, extra, inputFee, fee) = numbers;
            var (blanks, shift) = more;
            var scale = shift % 31;
            var quote = Known.MeltQuote((ulong)amount << scale, (ulong)extra % 1000, MeltQuoteState.Unpaid);
            var given = quote.Amount + quote.FeeReserve + (ulong)inputFee + (ulong)extra;
            var pending = Known.Ok(MeltQuotes.Start(quote, given, (ulong)inputFee, "sat", Now));
            var payment = new MeltPayment(default, shift % 2 == 0 ? fee % 2_000_000 : (long)fee << 32);
            var outcome = MeltQuotes.Paid(pending, given, (ulong)inputFee, payment, 1000, Blanks(blanks % 20), Now);

            var change = outcome.Change.Aggregate((Int128)0, (sum, part) => sum + part);
            Assert.Equal(given, (Int128)quote.Amount + outcome.LightningFee + change + inputFee + outcome.Surplus);
            Assert.True(outcome.Change.Count <= blanks % 20 && outcome.Change.All(s_keyset.Has));
            Assert.Equal(outcome.Change.Order(), outcome.Change);
            if (outcome.Surplus < 0) Assert.Empty(outcome.Change);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void An_outcome_bears_the_largest_numbers()
    {
        foreach (var fee in new[] { long.MinValue, 0, long.MaxValue })
        {
            foreach (var order in new[] { 1, 63 })
            {
                BlankOutput[] blanks = [.. Enumerable.Repeat(new BlankOutput(Known.Keyset(index: 9, order: order), default), 1000)];
                var quote = Known.MeltQuote(1, 0, MeltQuoteState.Pending);
                var outcome = MeltQuotes.Paid(quote, Amounts.Max, 0, new MeltPayment(default, fee), 1, blanks, Now);
                Assert.Equal((Int128)Amounts.Max - 1 - outcome.LightningFee, outcome.Change.Aggregate((Int128)outcome.Surplus, (s, p) => s + p));
            }
        }
    }

    [Fact]
    public void An_invoice_of_our_own_is_settled_inside()
    {
        var melt = Known.MeltQuote(10, 0, MeltQuoteState.Pending);
        var settled = Known.Ok(MeltQuotes.Settle(melt, Known.MintQuote(10), 16, 0, default, Blanks(4), Now));
        Assert.Equal((MeltQuoteState.Paid, 10UL, 0UL), (settled.Melt.Quote.State, settled.Mint.Amount, settled.Mint.Surplus));
        Assert.Equal(new ulong[] { 2, 4 }, settled.Melt.Change);
        Assert.Equal(MintQuoteState.Paid, settled.Mint.Quote!.State);
        foreach (var other in new[] { null, Known.MintQuote(10, 10), Known.MintQuote(10, 10, 10), Known.MintQuote(10, unit: "usd") })
            Assert.Equal(20006, Known.Code(MeltQuotes.Settle(melt, other, 16, 0, default, Blanks(4), Now)));
    }

    [Fact]
    public void What_was_paid_after_release_costs_what_is_missing()
    {
        var outcome = MeltQuotes.PaidAfterRelease(Known.MeltQuote(10, 2), 4, new MeltPayment(default, 1000), 1000, Now);
        Assert.Equal((MeltQuoteState.Paid, -7L, 0), (outcome.Quote.State, outcome.Surplus, outcome.Change.Count));
        Assert.Throws<UnreachableException>(() =>
            MeltQuotes.PaidAfterRelease(Known.MeltQuote(10, 2, MeltQuoteState.Paid), 4, new MeltPayment(default, 0), 1000, Now));
    }

    [Fact]
    public void An_id_is_a_uuid_of_version_7_and_does_not_show()
    {
        var id = QuoteId.Create(0x0123456789AB, Enumerable.Repeat((byte)0xFF, 10).ToArray());
        Assert.Equal("01234567-89ab-7fff-bfff-ffffffffffff", id.Value);
        Assert.DoesNotContain(id.Value, id.ToString(), StringComparison.Ordinal);
        Assert.Equal(8, id.LogName.Length);
        Assert.False(QuoteId.TryParse("", out _));
        Assert.False(QuoteId.TryParse(new string('é', 65), out _));
        Assert.True(QuoteId.TryParse(new string('é', 64), out _));
    }

    private static BlankOutput[] Blanks(int count) => [.. Enumerable.Repeat(new BlankOutput(s_keyset, Known.Point(Known.Generator)), count)];
}
