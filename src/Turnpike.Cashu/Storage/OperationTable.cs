using Turnpike.Cashu.Domain;
using Turnpike.Kernel;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Storage;

/// <summary>
/// <c>cashu_op</c>: what moved money. A row is inserted last, and takes its sums from the rows beneath it, so that what does not balance
/// is not committed.
/// </summary>
/// <remarks>docs/specs/cashu.md 7.1 and 8.</remarks>
internal static class OperationTable
{
    /// <summary>A request is carried out once.</summary>
    public static readonly Constraint Request = new("cashu_op", "cashu_op_request", "request_key");

    private const string Columns =
        "id, kind, request_key, unit, closed, amount_in, amount_out, fee, ln_amount, ln_fee, surplus, created";

    private const string In = "(SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM cashu_proof WHERE op_id = $1)";

    private const string Out = "(SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM cashu_promise WHERE op_id = $1)";

    /// <summary>The operation that a request led to; null if there is none.</summary>
    public static async ValueTask<StoredOperation?> ReadAsync(Reads reads, RequestKey request) => await reads.ReadAsync(
        "SELECT id, kind, closed FROM cashu_op WHERE request_key = $1",
        static row => new StoredOperation(new OperationId(new Guid(row.Bytes(0), bigEndian: true)), row.Text(1), row.Int64(2) != 0),
        SqlValue.Copy(request.Hash.Span));

    /// <summary>Appends a swap, after its proofs and promises.</summary>
    /// <param name="work">The work.</param>
    /// <param name="id">Its id.</param>
    /// <param name="request">The request.</param>
    /// <param name="unit">The unit of both sides.</param>
    /// <param name="fee">What the mint keeps.</param>
    /// <param name="now">Unix seconds.</param>
    /// <param name="repeated">What it means if the request was carried out already.</param>
    public static void WriteSwap(
        Work work, OperationId id, RequestKey request, string unit, ulong fee, long now, ProtocolError repeated) => work.Write(
        $"""
        INSERT INTO cashu_op ({Columns})
        SELECT $1, 'swap', $2, $3, 1, {In}, {Out},
            $4, 0, 0, 0, $5
        """,
        (Request, repeated), id.ToBytes(), SqlValue.Copy(request.Hash.Span), unit, SqlValue.Checked(fee), now);

    /// <summary>Appends a mint or a batch, after its promises and quotes.</summary>
    /// <inheritdoc cref="WriteSwap"/>
    /// <param name="work"></param>
    /// <param name="id"></param>
    /// <param name="isBatch">Whether it is a batch.</param>
    /// <param name="request"></param>
    /// <param name="unit"></param>
    /// <param name="now"></param>
    /// <param name="repeated"></param>
    public static void WriteMint(
        Work work, OperationId id, bool isBatch, RequestKey request, string unit, long now, ProtocolError repeated) => work.Write(
        $"""
        INSERT INTO cashu_op ({Columns})
        SELECT $1, $2, $3, $4, 1, 0, {Out}, 0,
            (SELECT CAST(COALESCE(SUM(amount_issued), 0) AS BIGINT) FROM cashu_mint_quote WHERE op_id = $1), 0, 0, $5
        """,
        (Request, repeated), id.ToBytes(), isBatch ? "batch" : "mint", SqlValue.Copy(request.Hash.Span), unit, now);

    /// <summary>Appends a melt that is not decided yet; its sums are made when it is.</summary>
    /// <inheritdoc cref="WriteSwap"/>
    public static void WriteMelt(
        Work work, OperationId id, RequestKey request, string unit, ulong fee, long now, ProtocolError repeated) => work.Write(
        $"INSERT INTO cashu_op ({Columns}) VALUES ($1, 'melt', $2, $3, 0, 0, 0, $4, 0, 0, 0, $5)",
        (Request, repeated), id.ToBytes(), SqlValue.Copy(request.Hash.Span), unit, SqlValue.Checked(fee), now);

    /// <summary>What the mint keeps of a melt's inputs, as it was written when the melt began.</summary>
    public static ValueTask<ulong> ReadFeeAsync(Reads reads, OperationId id) =>
        reads.ReadAsync("SELECT fee FROM cashu_op WHERE id = $1", static row => (ulong)row.Int64(0), id.ToBytes());

    /// <summary>Closes a melt that was paid, after its proofs and its change.</summary>
    /// <param name="work">The work.</param>
    /// <param name="id">Its id.</param>
    /// <param name="outcome">How it is booked.</param>
    public static void CloseMelt(Work work, OperationId id, MeltOutcome outcome) => work.Write(
        $"UPDATE cashu_op SET closed = 1, amount_in = {In}, amount_out = {Out}, ln_amount = $2, ln_fee = $3, surplus = $4 WHERE id = $1",
        id.ToBytes(), SqlValue.Checked(outcome.Quote.Amount), SqlValue.Checked(outcome.LightningFee), outcome.Surplus);

    /// <summary>Forgets a melt that has failed.</summary>
    public static void Delete(Work work, OperationId id) => work.Write("DELETE FROM cashu_op WHERE id = $1", id.ToBytes());

    /// <summary>Appends a melt that was paid after its inputs had been given back, after the proofs that could be had again.</summary>
    /// <param name="work">The work.</param>
    /// <param name="id">Its id.</param>
    /// <param name="outcome">How it is booked.</param>
    /// <param name="now">Unix seconds.</param>
    public static void WriteLateMelt(Work work, OperationId id, MeltOutcome outcome, long now) => work.Write(
        $"INSERT INTO cashu_op ({Columns}) SELECT $1, 'melt', NULL, $2, 1, {In}, 0, 0, $3, $4, $5, $6",
        id.ToBytes(), outcome.Quote.Unit, SqlValue.Checked(outcome.Quote.Amount), SqlValue.Checked(outcome.LightningFee), outcome.Surplus,
        now);
}

/// <summary>What a request led to.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind"><c>swap</c>, <c>mint</c>, <c>batch</c> or <c>melt</c>.</param>
/// <param name="IsClosed">False for a melt whose payment is under way.</param>
internal sealed record StoredOperation(OperationId Id, string Kind, bool IsClosed);
