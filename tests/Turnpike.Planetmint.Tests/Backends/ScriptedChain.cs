using System.Security.Cryptography;
using System.Text;

namespace Turnpike.Planetmint.Tests.Backends;

/// <summary>A transaction of a scripted block; only those with code 0 count.</summary>
public sealed record ScriptedTransaction(string Id, string Json, int Code = 0)
{
    /// <summary>One whose text a careless copy would change: spaces, escapes, number forms, non-ASCII.</summary>
    public static ScriptedTransaction Number(int n, int code = 0)
    {
        var id = Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(n)));
        return new(id, $$"""{"id": "{{id}}",  "n":{{n}}, "x":1e-05,"s":"\u00e4ä\/", "deep":[{"id":"inner"}] }""", code);
    }
}

public sealed record ScriptedBlock(long Height, string Hash, string ParentHash, IReadOnlyList<ScriptedTransaction> Transactions)
{
    public IEnumerable<ScriptedTransaction> Counting => Transactions.Where(transaction => transaction.Code == 0);
}

/// <summary>The chain that a scripted upstream serves; heights from 1. May be cut and rewritten, as no honest one is.</summary>
public sealed class ScriptedChain
{
    private readonly Lock _lock = new();
    private readonly List<ScriptedBlock> _blocks = [];
    private int _transactions;

    public long Head
    {
        get { lock (_lock) return _blocks.Count; }
    }

    public ScriptedBlock? Find(long height)
    {
        lock (_lock) return height >= 1 && height <= _blocks.Count ? _blocks[(int)height - 1] : null;
    }

    public ScriptedTransaction? FindTransaction(string id)
    {
        lock (_lock) return _blocks.SelectMany(block => block.Counting).FirstOrDefault(transaction => transaction.Id == id);
    }

    /// <summary>A block with one transaction for each code.</summary>
    public ScriptedBlock Append(params int[] codes) => AppendSalted("", codes);

    /// <summary>Cuts the chain down to a height.</summary>
    public void CutTo(long height)
    {
        lock (_lock) _blocks.RemoveRange((int)height, _blocks.Count - (int)height);
    }

    /// <summary>Puts another history of the same length in the place of everything from a height on.</summary>
    public void RewriteFrom(long height)
    {
        var length = Head - height + 1;
        CutTo(height - 1);
        for (var i = 0; i < length; i++) AppendSalted("another", 0);
    }

    /// <summary>A block of these transactions.</summary>
    public ScriptedBlock AppendTransactions(params ScriptedTransaction[] transactions)
    {
        lock (_lock) return AppendBlock("", transactions);
    }

    private ScriptedBlock AppendSalted(string salt, params int[] codes)
    {
        lock (_lock) return AppendBlock(salt, [.. codes.Select(code => ScriptedTransaction.Number(++_transactions, code))]);
    }

    private ScriptedBlock AppendBlock(string salt, ScriptedTransaction[] transactions)
    {
        var parent = _blocks.Count == 0 ? "" : _blocks[^1].Hash;
        var text = $"{salt}/{_blocks.Count}/{string.Concat(transactions.Select(transaction => transaction.Id))}";
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        var block = new ScriptedBlock(_blocks.Count + 1, hash, parent, transactions);
        _blocks.Add(block);
        return block;
    }
}
