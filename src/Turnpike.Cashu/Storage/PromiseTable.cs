using Turnpike.Cashu.Domain;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Storage;

/// <summary><c>cashu_promise</c>: each output that was signed or waits for change, once.</summary>
/// <remarks>docs/specs/cashu.md 7.2 and 8.</remarks>
internal static class PromiseTable
{
    /// <summary>What prevents that an output is signed twice.</summary>
    public static readonly Constraint Key = new("cashu_promise", "cashu_promise_key", "b_");

    private const string Columns = "b_, keyset_no, amount, c_, e, s";

    private static readonly string[] s_insert = ["b_", "keyset_no", "amount", "c_", "e", "s", "op_id", "ord", "created"];

    /// <summary>Those of the outputs that are known, signed or blank, in the order asked for.</summary>
    public static ValueTask<IReadOnlyList<StoredPromise>> ReadAsync(Reads reads, IReadOnlyList<PublicKey> blinded)
    {
        var keys = new SqlValue[blinded.Count][];
        for (var i = 0; i < keys.Length; i++) keys[i] = [SqlValue.Copy(blinded[i].Span)];
        return reads.ReadManyAsync($"SELECT {Columns} FROM cashu_promise WHERE b_ = $1", keys, Map);
    }

    /// <summary>The outputs of an operation, in the order of its request.</summary>
    public static ValueTask<IReadOnlyList<StoredPromise>> ReadOfOperationAsync(Reads reads, OperationId operation) =>
        reads.ReadListAsync($"SELECT {Columns} FROM cashu_promise WHERE op_id = $1 ORDER BY ord", Map, operation.ToBytes());

    /// <summary>Appends outputs, sorted by B_ so that two works never wait for each other in a circle.</summary>
    /// <param name="work">The work.</param>
    /// <param name="operation">What they are of.</param>
    /// <param name="promises">In the order of the request.</param>
    /// <param name="now">Unix seconds.</param>
    /// <param name="known">What it means if one is there already.</param>
    public static void Write(Work work, OperationId operation, IReadOnlyList<StoredPromise> promises, long now, ProtocolError known)
    {
        var op = operation.ToBytes();
        var rows = new SqlValue[promises.Count][];
        var keys = new byte[rows.Length][];
        for (var i = 0; i < rows.Length; i++)
        {
            var promise = promises[i];
            keys[i] = promise.Blinded.Span.ToArray();
            rows[i] = promise.Signature is { } signature
                ?
                [
                    keys[i], promise.KeysetNo, SqlValue.Checked(signature.Amount), SqlValue.Copy(signature.Point.Span),
                    SqlValue.Copy(signature.Dleq.E.Span), SqlValue.Copy(signature.Dleq.S.Span), op, i, now,
                ]
                : [keys[i], promise.KeysetNo, 0, SqlValue.Null, SqlValue.Null, SqlValue.Null, op, i, now];
        }

        Array.Sort(keys, rows, Comparer<byte[]>.Create(static (a, b) => a.AsSpan().SequenceCompareTo(b)));
        work.WriteMany("cashu_promise", s_insert, rows, (Key, known));
    }

    /// <summary>Signs a blank output.</summary>
    public static void Sign(Work work, in PublicKey blinded, PromiseSignature signature) => work.Write(
        "UPDATE cashu_promise SET amount = $2, c_ = $3, e = $4, s = $5 WHERE b_ = $1", SqlValue.Copy(blinded.Span),
        SqlValue.Checked(signature.Amount), SqlValue.Copy(signature.Point.Span), SqlValue.Copy(signature.Dleq.E.Span),
        SqlValue.Copy(signature.Dleq.S.Span));

    /// <summary>Forgets the outputs of a melt that are still blank.</summary>
    public static void DeleteBlank(Work work, OperationId operation) =>
        work.Write("DELETE FROM cashu_promise WHERE op_id = $1 AND c_ IS NULL", operation.ToBytes());

    private static StoredPromise Map(SqlRow row) => new(StoredPoints.Read(row, 0), row.Int32(1), row.IsNull(3)
        ? null
        : new PromiseSignature((ulong)row.Int64(2), StoredPoints.Read(row, 3),
            new Dleq(StoredPoints.ReadScalar(row, 4), StoredPoints.ReadScalar(row, 5))));
}
