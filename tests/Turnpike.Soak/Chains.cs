using System.Text;
using Turnpike.Kernel;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Soak;

/// <summary>One transaction of a chain.</summary>
/// <param name="Transaction">Signed.</param>
/// <param name="IsRival">Spends what the chain has spent before: must be refused.</param>
internal sealed record ChainLink(Transaction Transaction, bool IsRival);

/// <summary>Makes transactions that follow from one another: assets, split and merged by transfers to the same key.</summary>
internal static class Chains
{
    private const int AssetEvery = 25;
    private const int RivalEvery = 20;
    private const long MostOfAnAsset = 1_000_000;

    /// <summary>A key of the dice's.</summary>
    public static OwnerKeyPair Key(Dice dice)
    {
        Span<byte> seed = stackalloc byte[32];
        dice.Fill(seed);
        return OwnerKeyPair.FromSeed(seed);
    }

    /// <summary>A new asset of one key.</summary>
    public static Transaction NewAsset(OwnerKeyPair owner, Dice dice)
    {
        var data = Encoding.UTF8.GetBytes($$"""{"soak":"barrel {{dice.Next():x16}}","text":"größer € 💸","n":[1,-2,1e-05,{"deep":null}]}""");
        return Must(TransactionBuilder.Create([owner], [new NewOutput(1 + dice.Next((int)MostOfAnAsset), owner.Owner)], data));
    }

    /// <summary>A poster with its chain, all of it signed.</summary>
    /// <param name="dice">The dice.</param>
    /// <param name="length">How many transactions.</param>
    public static Poster Make(Dice dice, int length)
    {
        var owner = Key(dice);
        var links = new List<ChainLink>(length);
        var (coins, spent) = (new List<(Transaction Maker, int Index)>(), new List<(Transaction Maker, int Index)>());
        while (links.Count < length)
        {
            if (links.Count % AssetEvery == 0)
            {
                (coins, spent) = ([], []);
                Add(NewAsset(owner, dice));
            }
            else if (spent.Count > 0 && dice.OnceIn(RivalEvery))
            {
                links.Add(new(Move(owner, [spent[dice.Next(spent.Count)]], dice), IsRival: true));
            }
            else
            {
                var inputs = Take(coins, 1 + dice.Next(Math.Min(coins.Count, 3)), dice);
                spent.AddRange(inputs);
                Add(Move(owner, inputs, dice));
            }
        }
        return new Poster(owner, links);

        void Add(Transaction transaction)
        {
            links.Add(new(transaction, IsRival: false));
            for (var i = 0; i < transaction.Outputs.Count; i++) coins.Add((transaction, i));
        }
    }

    private static List<(Transaction Maker, int Index)> Take(List<(Transaction Maker, int Index)> coins, int count, Dice dice)
    {
        var taken = new List<(Transaction, int)>();
        for (; count > 0; count--)
        {
            var at = dice.Next(coins.Count);
            taken.Add(coins[at]);
            coins.RemoveAt(at);
        }
        return taken;
    }

    /// <summary>All of the inputs' amount to the same key, in one to three outputs.</summary>
    private static Transaction Move(OwnerKeyPair owner, List<(Transaction Maker, int Index)> inputs, Dice dice)
    {
        var left = inputs.Sum(i => i.Maker.Outputs[i.Index].Amount);
        var outputs = new List<NewOutput>();
        for (var more = dice.Next(3); more > 0 && left > 1; more--)
        {
            var part = 1 + dice.Next((int)left - 1);
            outputs.Add(new(part, owner.Owner));
            left -= part;
        }
        outputs.Add(new(left, owner.Owner));
        // Without it two transfers of the same outputs to the same key would be the same transaction.
        var metadata = Encoding.UTF8.GetBytes($$"""{"step":"{{dice.Next():x16}}"}""");
        return Must(TransactionBuilder.Transfer(
            inputs[0].Maker.AssetId, [.. inputs.Select(i => Spend.Of(i.Maker, i.Index))], [owner], outputs, metadata));
    }

    private static Transaction Must(Result<Transaction> result) =>
        result.TryGet(out var transaction, out var error) ? transaction : throw new InvalidOperationException(error.Message);
}
