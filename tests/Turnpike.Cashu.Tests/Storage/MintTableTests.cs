using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Tests.Backends;
using Turnpike.Kernel;
using Turnpike.Kernel.Storage;
using static Turnpike.Cashu.Tests.Storage.MintStore;

namespace Turnpike.Cashu.Tests.Storage;

public sealed class MintTableTestsOnSqlite() : MintTableTests(StoreKind.Sqlite);

public sealed class MintTableTestsOnPostgres() : MintTableTests(StoreKind.Postgres);

/// <summary>What the tables refuse by themselves, whatever the program does.</summary>
public abstract class MintTableTests(StoreKind kind)
{
    private const long Now = 1_700_000_000;
    private static readonly ProtocolError s_taken = new(1, "taken", "");
    private static readonly ProtocolError s_known = new(2, "known", "");
    private static readonly ProtocolError s_repeated = new(3, "repeated", "");

    [Fact]
    public async Task A_balanced_swap_is_taken_and_found_again()
    {
        await using var store = await OpenAsync(kind);

        await store.DoAsync(Swap(1, [4, 2], [4, 1], fee: 1));

        var (operation, promises, proofs) = await store.ReadAsync(async reads => (
            await OperationTable.ReadAsync(reads, Request(1)),
            await PromiseTable.ReadOfOperationAsync(reads, Operation(1)),
            await ProofTable.ReadAsync(reads, [Point(10), Point(99), Point(11)])));
        Assert.Equal(new StoredOperation(Operation(1), "swap", true), operation);
        Assert.Equal([4UL, 1UL], promises.Select(p => p.Signature!.Value.Amount));
        Assert.Equal([Point(20), Point(21)], promises.Select(p => p.Blinded));
        Assert.Equal([(Point(10), 4UL, "w"), (Point(11), 2UL, "w")], proofs.Select(p => (p.Y, p.Amount, p.Witness!)));
        Assert.All(proofs, p => Assert.Equal(ProofState.Spent, p.State));
    }

    [Fact]
    public async Task A_proof_is_spent_once()
    {
        await using var store = await OpenAsync(kind);
        await store.DoAsync(Swap(1, [4], [4]));

        Assert.Equal(s_taken, (await store.CommitAsync(w => Spend(w, 2, (10, 4)))).Error);
        Assert.Equal(s_taken, (await store.CommitAsync(w => Spend(w, 2, (30, 4)), w => Spend(w, 2, (30, 4)))).Error);
        Assert.Equal(ProofState.Unspent, await store.ReadAsync(reads => ProofTable.ReadWorstStateAsync(reads, [Point(30)])));
    }

    [Fact]
    public async Task An_output_is_signed_once()
    {
        await using var store = await OpenAsync(kind);
        await store.DoAsync(Swap(1, [4], [4]));

        Assert.Equal(s_known, (await store.CommitAsync(w => Sign(w, 2, (20, 4)))).Error);
    }

    [Fact]
    public async Task A_request_is_carried_out_once()
    {
        await using var store = await OpenAsync(kind);
        await store.DoAsync(Swap(1, [4], [4]));

        var again = await store.CommitAsync(
            w => Spend(w, 2, (30, 4)), w => Sign(w, 2, (40, 4)),
            w => OperationTable.WriteSwap(w, Operation(2), Request(1), "sat", 0, Now, s_repeated));

        Assert.Equal(s_repeated, again.Error);
    }

    [Fact]
    public async Task A_quote_is_issued_once_and_only_after_it_was_paid()
    {
        await using var store = await OpenAsync(kind);
        var quote = Known.MintQuote(8);
        await store.DoAsync(w => MintQuoteTable.Insert(w, quote));

        Assert.Equal(CashuErrors.QuoteIssued, (await store.CommitAsync(Mint(1, quote, [8]))).Error);
        await store.DoAsync(w => MintQuoteTable.Credit(w, quote.Id, 8, Now));
        await store.DoAsync(Mint(2, quote, [8]));
        Assert.Equal(CashuErrors.QuoteIssued, (await store.CommitAsync(Mint(3, quote, [8]))).Error);
        Assert.Equal(MintQuoteState.Issued, (await store.ReadAsync(reads => MintQuoteTable.ReadAsync(reads, quote.Id)))!.State);
    }

    [Fact]
    public async Task A_payment_is_kept_once()
    {
        await using var store = await OpenAsync(kind);
        await store.DoAsync(w => MintQuoteTable.Insert(w, Known.MintQuote(8)), w => Receive(w, 7, "q", 8));

        Assert.Equal(s_known, (await store.CommitAsync(w => Receive(w, 7, "q", 8))).Error);
        Assert.Equal(s_known, (await store.CommitAsync(w => Receive(w, 7, null, 0))).Error);
        Assert.Equal(PaymentSource.Stream, await store.ReadAsync(reads => MintPaymentTable.ReadSourceAsync(reads, Hash(7))));
    }

    [Fact]
    public async Task A_nodes_cursor_never_goes_back()
    {
        await using var store = await OpenAsync(kind);
        foreach (var position in new[] { 5L, 3, 5 }) await store.DoAsync(w => LightningCursorTable.Write(w, Point(1), position));
        await store.DoAsync(w => LightningCursorTable.Write(w, Point(2), 1));

        Assert.Equal(5, await store.ReadAsync(reads => LightningCursorTable.ReadAsync(reads, Point(1))));
        Assert.Equal(0, await store.ReadAsync(reads => LightningCursorTable.ReadAsync(reads, Point(3))));
    }

    private static IEnumerable<(string What, Action<Work> Write)> Refused =>
    [
        ("a swap that gives more than it takes", Swap(1, [4], [4, 1])),
        ("a swap that gives less", Swap(1, [4], [2])),
        ("a swap whose fee is not taken", Swap(1, [4], [4], fee: 1)),
        ("a mint of less than was issued for it", w => { Paid(w, 8); Mint(1, Known.MintQuote(8), [4])(w); }),
        ("a mint of more", w => { Paid(w, 8); Mint(1, Known.MintQuote(8), [8, 1])(w); }),
        ("a credit beyond the quote", w => { Paid(w, 8); MintQuoteTable.Credit(w, new("q"), 1, Now); }),
        ("a payment credited to nobody", w => Receive(w, 1, null, 1)),
        ("a held proof of no melt", w => ProofTable.Write(w, Operation(1), [new(Point(1), 1, 1, ProofState.Pending)], Now, s_taken)),
        ("a blank output with an amount", w => w.Write(Promise, B(1), 4, SqlValue.Null, SqlValue.Null, SqlValue.Null, Op(1))),
        ("a signature of nothing", w => w.Write(Promise, B(1), 0, B(2), H(1), H(2), Op(1))),
        ("a signature without its proof", w => w.Write(Promise, B(1), 4, B(2), SqlValue.Null, SqlValue.Null, Op(1))),
        ("two active keysets of a unit and version", w => { Keyset(w, 1, 0, 1, true); Keyset(w, 2, 1, 1, true); }),
        ("two keysets with the same keys", w => { Keyset(w, 1, 0, 1, true); Keyset(w, 2, 0, 0, true); }),
        ("a second mint", w => { KeysetTable.WriteIdentity(w, Point(1)); KeysetTable.WriteIdentity(w, Point(2)); }),
        ("two melts under way for one invoice", w => { Melt(w, "a", 1, 1); Melt(w, "b", 1, 1); }),
        ("a melt for an invoice that is paid", w => { Melt(w, "a", 1, 2); Melt(w, "b", 1, 1); }),
        ("two payments under way for one quote", w => { Pay(w, "a", 1, 1); Pay(w, "a", 2, 2); }),
        ("two payments under way for one invoice", w => { Pay(w, "a", 1, 1); Pay(w, "b", 1, 1); }),
        ("a melt that does not balance", w => Operate(w, "melt", 1, 10, 2, 0, 5, 1, 1)),
        ("a loss in a swap", w => Operate(w, "swap", 1, 1, 2, 0, 0, 0, -1)),
        ("a mint that is not closed", w => Operate(w, "mint", 0, 0, 2, 0, 2, 0, 0)),
    ];

    [Fact]
    public async Task The_tables_refuse_what_is_wrong()
    {
        await using var store = await OpenAsync(kind);
        foreach (var (what, write) in Refused)
        {
            var refusal = await Record.ExceptionAsync(() => store.CommitAsync(write));
            Assert.True(refusal is UnannouncedViolationException, $"{what}: {refusal}");
        }
    }

    [Fact]
    public async Task The_tables_take_what_is_right()
    {
        await using var store = await OpenAsync(kind);

        await store.DoAsync(
            w => Operate(w, "melt", 1, 10, 2, 0, 5, 1, 2), w => Operate(w, "melt", 0, 10, 0, 0, 0, 0, 0), w => Operate(w, "melt", 1, 5, 0, 1, 6, 1, -3),
            w => Melt(w, "a", 1, 1), w => Melt(w, "b", 1, 0), w => Melt(w, "c", 2, 2), w => Pay(w, "a", 1, 1), w => Pay(w, "c", 1, 2),
            w => Keyset(w, 1, 0, 1, true), w => Keyset(w, 2, 1, 0, true), w => Keyset(w, 3, 2, 1, false),
            w => w.Write(Promise, B(1), 0, SqlValue.Null, SqlValue.Null, SqlValue.Null, Op(1)));

        Assert.Equal([1, 2, 3], (await store.ReadAsync(KeysetTable.ReadAsync)).Select(k => k.No));
    }

    [Fact]
    public async Task The_audit_sees_what_constraints_cannot()
    {
        await using var store = await OpenAsync(kind);
        await store.DoAsync(
            w => Keyset(w, 1, 0, 1, true), w => MintQuoteTable.Insert(w, Known.MintQuote(8)), w => Receive(w, 0, "q", 8),
            w => MintQuoteTable.Credit(w, new("q"), 8, Now));
        await store.DoAsync(Mint(1, Known.MintQuote(8), [8]));
        Assert.Empty(await store.ReadAsync(MintAudit.RunAsync));

        await store.DoAsync(w => w.Write("UPDATE cashu_promise SET amount = 16"));
        Assert.Equal(2, (await store.ReadAsync(MintAudit.RunAsync)).Count);
        await store.DoAsync(w => w.Write("UPDATE cashu_promise SET amount = 8"), w => Spend(w, 9, (1, 8)));
        Assert.Equal(2, (await store.ReadAsync(MintAudit.RunAsync)).Count);
    }

    private const string Promise =
        "INSERT INTO cashu_promise (b_, keyset_no, amount, c_, e, s, op_id, ord, created) VALUES ($1, 1, $2, $3, $4, $5, $6, 0, 0)";

    private static SqlValue B(int number) => SqlValue.Copy(Point(number).Span);

    private static SqlValue H(byte value) => SqlValue.Copy(Hash(value).Span);

    private static SqlValue Op(byte value) => Operation(value).ToBytes();

    private static void Paid(Work work, ulong amount) => MintQuoteTable.Insert(work, Known.MintQuote(amount, paid: amount));

    private static void Receive(Work work, byte hash, string? quote, ulong amount) => MintPaymentTable.Insert(
        work, MintPaymentTable.Id(Hash(hash)), quote is null ? null : new QuoteId(quote), PaymentSource.Stream, amount, 0, Now, s_known);

    private static void Spend(Work work, byte operation, params (int Number, ulong Amount)[] proofs) => ProofTable.Write(work,
        Operation(operation), [.. proofs.Select(p => new StoredProof(Point(p.Number), 1, p.Amount, ProofState.Spent, "w"))], Now, s_taken);

    private static void Sign(Work work, byte operation, params (int Number, ulong Amount)[] outputs)
    {
        var dleq = new Dleq(Hash(1), Hash(2));
        PromiseTable.Write(work, Operation(operation), [.. outputs.Select(o =>
            new StoredPromise(Point(o.Number), 1, new PromiseSignature(o.Amount, Point(1000 + o.Number), dleq)))], Now, s_known);
    }

    private static Action<Work> Swap(byte operation, ulong[] amountsIn, ulong[] amountsOut, ulong fee = 0) => work =>
    {
        Spend(work, operation, [.. amountsIn.Select((a, i) => (10 * operation + i, a))]);
        Sign(work, operation, [.. amountsOut.Select((a, i) => (20 * operation + i, a))]);
        OperationTable.WriteSwap(work, Operation(operation), Request(operation), "sat", fee, Now, s_repeated);
    };

    private static Action<Work> Mint(byte operation, MintQuote quote, ulong[] amounts) => work =>
    {
        Sign(work, operation, [.. amounts.Select((a, i) => (50 * operation + i, a))]);
        MintQuoteTable.Issue(work, quote, quote.Amount, Operation(operation));
        OperationTable.WriteMint(work, Operation(operation), false, Request(operation), "sat", Now, s_repeated);
    };

    private static void Keyset(Work work, int no, int index, int version, bool isActive) => KeysetTable.Insert(work, new StoredKeyset
    {
        No = no,
        Id = Known.Keyset(index + 10 * no, fee: no).Id,
        Unit = "sat",
        Index = index,
        Version = version,
        IsActive = isActive,
        InputFeePpk = 0,
        FinalExpiry = null,
        Order = 8,
    }, Now);

    private static void Melt(Work work, string id, byte hash, int state) => work.Write(
        """
        INSERT INTO cashu_melt_quote (id, method, unit, request, payment_hash, amount, amount_msat, fee_reserve, state, expiry, preimage,
            created, updated_at) VALUES ($1, 'bolt11', 'sat', $1, $2, 1, 1000, 0, $3, 0, $4, 0, 0)
        """,
        id, H(hash), state, state == 2 ? H(9) : SqlValue.Null);

    private static void Pay(Work work, string quote, int attempt, byte hash) => work.Write(
        """
        INSERT INTO cashu_payment (quote, attempt, payment_hash, internal, amount_msat, max_fee_msat, owner, started)
        VALUES ($1, $2, $3, 0, 1000, 0, 'x', 0)
        """,
        quote, attempt, H(hash));

    private static void Operate(
        Work work, string kind, int closed, long amountIn, long amountOut, long fee, long lightning, long lightningFee, long surplus) =>
        work.Write(
            """
            INSERT INTO cashu_op (id, kind, request_key, unit, closed, amount_in, amount_out, fee, ln_amount, ln_fee, surplus, created)
            VALUES ($1, $2, NULL, 'sat', $3, $4, $5, $6, $7, $8, $9, 0)
            """,
            SqlValue.Copy(Guid.CreateVersion7().ToByteArray()), kind, closed, amountIn, amountOut, fee, lightning, lightningFee, surplus);
}
