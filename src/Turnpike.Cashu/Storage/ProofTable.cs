using Turnpike.Cashu.Domain;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Storage;

/// <summary><c>cashu_proof</c>: each proof that a swap or melt took, once.</summary>
/// <remarks>docs/specs/cashu.md 7.2 and 8.</remarks>
internal static class ProofTable
{
    /// <summary>What prevents a double spend, whatever the code or another node does.</summary>
    public static readonly Constraint Key = new("cashu_proof", "cashu_proof_key", "y");

    private const string Columns = "y, keyset_no, amount, state, witness, melt_quote";

    private static readonly string[] s_insert = ["y", "keyset_no", "amount", "state", "op_id", "melt_quote", "witness", "created"];

    /// <summary>Those of the proofs that are PENDING or SPENT, in the order asked for.</summary>
    public static ValueTask<IReadOnlyList<StoredProof>> ReadAsync(Reads reads, IReadOnlyList<PublicKey> ys) =>
        reads.ReadManyAsync($"SELECT {Columns} FROM cashu_proof WHERE y = $1", Keys(ys), Map);

    /// <summary>The worst state of some proofs: SPENT, else PENDING, else UNSPENT.</summary>
    public static async ValueTask<ProofState> ReadWorstStateAsync(Reads reads, IReadOnlyList<PublicKey> ys)
    {
        var states = await reads.ReadManyAsync("SELECT state FROM cashu_proof WHERE y = $1", Keys(ys), static row => row.Int32(0));
        return states.Count == 0 ? ProofState.Unspent : (ProofState)states.Max();
    }

    /// <summary>Appends proofs, sorted by Y so that two works never wait for each other in a circle.</summary>
    /// <param name="work">The work.</param>
    /// <param name="operation">What took them.</param>
    /// <param name="proofs">The proofs; another order than before when it returns.</param>
    /// <param name="now">Unix seconds.</param>
    /// <param name="taken">What it means if one is there already.</param>
    public static void Write(Work work, OperationId operation, StoredProof[] proofs, long now, ProtocolError taken)
    {
        Array.Sort(proofs, static (a, b) => a.Y.Span.SequenceCompareTo(b.Y.Span));
        var op = operation.ToBytes();
        var rows = new SqlValue[proofs.Length][];
        for (var i = 0; i < rows.Length; i++)
        {
            ref readonly var proof = ref proofs[i];
            rows[i] =
            [
                SqlValue.Copy(proof.Y.Span), proof.KeysetNo, SqlValue.Checked(proof.Amount), (int)proof.State, op, proof.MeltQuote?.Value,
                proof.Witness, now,
            ];
        }

        work.WriteMany("cashu_proof", s_insert, rows, (Key, taken));
    }

    /// <summary>SPENT proofs of keysets whose final expiry was before a moment, sorted by Y.</summary>
    /// <param name="reads">A snapshot: it may look through the whole table.</param>
    /// <param name="expiredBefore">Unix seconds.</param>
    /// <param name="after">Goes on after this one; null to begin.</param>
    /// <param name="limit">How many.</param>
    public static ValueTask<IReadOnlyList<PublicKey>> ReadExpiredAsync(
        Reads reads, long expiredBefore, PublicKey? after, int limit) => reads.ReadListAsync(
        """
        SELECT y FROM cashu_proof WHERE state = 2 AND y > $2
        AND keyset_no IN (SELECT no FROM cashu_keyset WHERE final_expiry > 0 AND final_expiry < $1) ORDER BY y LIMIT $3
        """,
        static row => StoredPoints.Read(row, 0), expiredBefore, after is { } y ? SqlValue.Copy(y.Span) : Array.Empty<byte>(), limit);

    /// <summary>Forgets a proof that is SPENT; its keyset must never be used again.</summary>
    public static void Delete(Work work, in PublicKey y) =>
        work.Write("DELETE FROM cashu_proof WHERE y = $1 AND state = 2", SqlValue.Copy(y.Span));

    /// <summary>The proofs that an operation took.</summary>
    public static ValueTask<IReadOnlyList<StoredProof>> ReadOfOperationAsync(Reads reads, OperationId operation) =>
        reads.ReadListAsync($"SELECT {Columns} FROM cashu_proof WHERE op_id = $1 ORDER BY y", Map, operation.ToBytes());

    /// <summary>A melt was paid: what it held is spent.</summary>
    public static void Spend(Work work, OperationId operation) =>
        work.Write("UPDATE cashu_proof SET state = 2 WHERE op_id = $1", operation.ToBytes());

    /// <summary>A melt has failed: what it held is free.</summary>
    public static void Release(Work work, OperationId operation) =>
        work.Write("DELETE FROM cashu_proof WHERE op_id = $1", operation.ToBytes());

    private static SqlValue[][] Keys(IReadOnlyList<PublicKey> ys)
    {
        var keys = new SqlValue[ys.Count][];
        for (var i = 0; i < keys.Length; i++) keys[i] = [SqlValue.Copy(ys[i].Span)];
        return keys;
    }

    private static StoredProof Map(SqlRow row) => new(
        StoredPoints.Read(row, 0), row.Int32(1), (ulong)row.Int64(2), (ProofState)row.Int32(3), row.IsNull(4) ? null : row.Text(4),
        row.IsNull(5) ? null : new QuoteId(row.Text(5)));
}
