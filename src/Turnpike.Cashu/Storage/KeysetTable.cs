using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Storage;

/// <summary><c>cashu_mint</c> and <c>cashu_keyset</c>: who the mint is, and what it signs with.</summary>
/// <remarks>docs/specs/cashu.md 4.2 and 8.</remarks>
internal static class KeysetTable
{
    /// <summary>One active keyset for each unit and version.</summary>
    public static readonly Constraint Active = new("cashu_keyset", "cashu_keyset_active", "unit", "version");

    /// <summary>No two keysets of a unit share keys.</summary>
    public static readonly Constraint Index = new("cashu_keyset", "cashu_keyset_index", "unit", "idx");

    /// <summary>Whoever makes keysets, or ends them, holds this.</summary>
    public static readonly Locks Lock = Locks.Of("cashu/keysets");

    private const string Columns = "no, id, unit, idx, version, active, input_fee_ppk, final_expiry, amounts";

    /// <summary>The mint's public key; null before the first start.</summary>
    public static ValueTask<byte[]?> ReadIdentityAsync(Reads reads) =>
        reads.ReadAsync("SELECT identity FROM cashu_mint WHERE no = 1", static row => row.Bytes(0));

    /// <summary>Keeps the mint's public key.</summary>
    public static void WriteIdentity(Work work, in PublicKey identity) =>
        work.Write("INSERT INTO cashu_mint (no, identity) VALUES (1, $1)", SqlValue.Copy(identity.Span));

    /// <summary>All keysets, in the order in which they were made.</summary>
    public static ValueTask<IReadOnlyList<StoredKeyset>> ReadAsync(Reads reads) =>
        reads.ReadListAsync($"SELECT {Columns}, redeemed_pruned FROM cashu_keyset ORDER BY no", Map);

    /// <summary>Adds a keyset.</summary>
    public static void Insert(Work work, StoredKeyset keyset, long now) => work.Write(
        $"INSERT INTO cashu_keyset ({Columns}, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        keyset.No, SqlValue.Copy(keyset.Id.Span), keyset.Unit, keyset.Index, keyset.Version, keyset.IsActive ? 1 : 0,
        keyset.InputFeePpk, keyset.FinalExpiry, keyset.Order, now);

    /// <summary>Ends a keyset: nothing more is signed with it.</summary>
    public static void Deactivate(Work work, int no) => work.Write("UPDATE cashu_keyset SET active = 0 WHERE no = $1", no);

    /// <summary>Adds to what a keyset's spent proofs were worth that are deleted in the same work.</summary>
    public static void AddPruned(Work work, int no, long amount) =>
        work.Write("UPDATE cashu_keyset SET redeemed_pruned = redeemed_pruned + $2 WHERE no = $1", no, amount);

    /// <summary>A keyset's id from a row.</summary>
    internal static KeysetId ReadId(SqlRow row, int column) =>
        KeysetId.TryParse(Convert.ToHexStringLower(row.Bytes(column)), out var id) ? id : throw new InvalidCastException("No keyset's id");

    private static StoredKeyset Map(SqlRow row) => new()
    {
        No = row.Int32(0),
        Id = ReadId(row, 1),
        Unit = row.Text(2),
        Index = row.Int32(3),
        Version = row.Int32(4),
        IsActive = row.Int64(5) != 0,
        InputFeePpk = row.Int32(6),
        FinalExpiry = row.IsNull(7) ? null : row.Int64(7),
        Order = row.Int32(8),
        RedeemedPruned = row.Int64(9),
    };
}
