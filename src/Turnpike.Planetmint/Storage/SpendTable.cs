using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Storage;

/// <summary><c>pm_spend</c>: each output that was spent, once.</summary>
internal static class SpendTable
{
    /// <summary>What prevents a double spend, whatever the code or another node does.</summary>
    public static readonly Constraint Key = new("pm_spend", "pm_spend_key", "spent_tx", "spent_index");

    /// <summary>What prevents spending nothing.</summary>
    public static readonly Constraint OfOutput = new("pm_spend", "pm_spend_of_output") { IsForeignKey = true };

    private static readonly string[] Columns = ["spent_tx", "spent_index", "position"];

    /// <summary>Those of the outputs that are spent.</summary>
    public static async ValueTask<IReadOnlySet<OutputRef>> ReadAsync(Reads reads, IReadOnlyList<OutputRef> outputs)
    {
        var spent = await reads.ReadManyAsync(
            "SELECT spent_tx, spent_index FROM pm_spend WHERE spent_tx = $1 AND spent_index = $2",
            [.. outputs.Select(OutputTable.Key)], OutputTable.ToRef);
        return spent.ToHashSet();
    }

    /// <summary>Appends what a block spends. Under the head's lock a violation is a bug, not a race, so none is announced.</summary>
    /// <param name="work">The work.</param>
    /// <param name="block">The block.</param>
    /// <param name="spendable">The outputs that can be marked; null for all.</param>
    public static void Write(Work work, CommittedBlock block, IReadOnlySet<OutputRef>? spendable)
    {
        var rows = new List<SqlValue[]>();
        for (var i = 0; i < block.Transactions.Count; i++)
        {
            foreach (var input in block.Transactions[i].Inputs)
            {
                if (input.Fulfills is { } output && spendable?.Contains(output) != false)
                    rows.Add([.. OutputTable.Key(output), block.Position(i).Value]);
            }
        }

        work.WriteMany("pm_spend", Columns, rows);
    }
}
