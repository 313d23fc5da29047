using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Storage;

/// <summary><c>pm_block</c>: one row a height, without gaps.</summary>
internal static class BlockTable
{
    /// <summary>Who builds a block holds this: heights are given one after another.</summary>
    public static readonly Locks HeadLock = Locks.Of("planetmint/head");

    private static readonly string[] Columns = ["height", "app_hash", "committed_at", "tx_count"];

    /// <summary>The last block, or genesis.</summary>
    public static async ValueTask<ChainHead> ReadHeadAsync(Reads reads) =>
        await reads.ReadAsync("SELECT height, app_hash FROM pm_block ORDER BY height DESC LIMIT 1", ToHead) ?? ChainHead.Genesis;

    /// <summary>One block's height and hash; null where there is none.</summary>
    public static ValueTask<ChainHead?> ReadAsync(Reads reads, long height) =>
        reads.ReadAsync("SELECT height, app_hash FROM pm_block WHERE height = $1", ToHead, height);

    /// <summary>The blocks after a height, in order, and how many transactions each has.</summary>
    public static ValueTask<IReadOnlyList<(ChainHead Head, int Transactions)>> ReadAfterAsync(Reads reads, long height, int limit) =>
        reads.ReadListAsync("SELECT height, app_hash, tx_count FROM pm_block WHERE height > $1 ORDER BY height LIMIT $2",
            static row => (ToHead(row)!.Value, row.Int32(2)), height, limit);

    /// <summary>Appends a block.</summary>
    public static void Write(Work work, CommittedBlock block, DateTimeOffset committedAt) =>
        work.WriteMany("pm_block", Columns,
            [[block.Height, block.Head.Hash.Hex, committedAt.ToUnixTimeMilliseconds(), block.Transactions.Count]]);

    private static ChainHead? ToHead(SqlRow row) => new(row.Int64(0), new AppHash(row.Text(1)));
}
