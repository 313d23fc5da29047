using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Storage;

/// <summary><c>cashu_ln_cursor</c>: how far a node's stream of payments was read.</summary>
/// <remarks>docs/specs/cashu.md 7.4.</remarks>
internal static class LightningCursorTable
{
    /// <summary>Whoever moves a node's cursor holds this.</summary>
    public static Locks Lock(in PublicKey node) => Locks.Of($"cashu/ln-cursor/{node}");

    /// <summary>Where a node's stream goes on; 0 before its first payment.</summary>
    public static ValueTask<long> ReadAsync(Reads reads, in PublicKey node) =>
        reads.ReadAsync("SELECT position FROM cashu_ln_cursor WHERE node = $1", static row => row.Int64(0), SqlValue.Copy(node.Span));

    /// <summary>Moves a node's cursor, which never goes back.</summary>
    public static void Write(Work work, in PublicKey node, long position) => work.Write(
        """
        INSERT INTO cashu_ln_cursor (node, position) VALUES ($1, $2)
        ON CONFLICT (node) DO UPDATE SET position = excluded.position WHERE cashu_ln_cursor.position < excluded.position
        """,
        SqlValue.Copy(node.Span), position);
}
