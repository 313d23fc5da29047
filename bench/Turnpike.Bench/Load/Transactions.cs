using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Bench.Load;

/// <summary>CREATE transactions, signed, as requests that only need to be sent: what a registry of goods would post.</summary>
/// <remarks>
/// Asset data of some 330 bytes, of which 200 to 300 are text to be searched: a sentence of common words, and a serial number that no
/// other has. Metadata of some 100 bytes. The same numbers give the same texts.
/// </remarks>
internal static class Transactions
{
    private const int Words = 36;

    private static readonly string[] Common = (
        "the of and a to in is for on with as by at from this that it be are was hand made steel oak wood leather blue red dark light " +
        "old new small large frame bicycle watch painting chair table lamp mirror violin camera ring necklace bottle wine barrel coffee " +
        "batch harvest farm valley mountain river north south east west city workshop studio factory owner seller buyer auction " +
        "certificate warranty repair service number serial series limited edition original copy signed dated stamped engraved " +
        "restored painted polished stored shipped insured delivered returned inspected approved condition excellent good fair " +
        "poor rare unique common quality origin material weight height length width colour year month day country region maker " +
        "artist author collection museum gallery private public registered transferred document photograph record history").Split(' ');

    /// <summary>Builds requests on all cores.</summary>
    /// <param name="first">The first transaction's number; others give others.</param>
    /// <param name="count">How many.</param>
    /// <param name="signers">Different owners.</param>
    public static byte[][] Requests(int first, int count, int signers)
    {
        var pairs = new OwnerKeyPair[signers];
        for (var i = 0; i < signers; i++) pairs[i] = OwnerKeyPair.FromSeed(Hash("key", i));
        var requests = new byte[count][];
        Parallel.For(0, count, i => requests[i] =
            HttpRequest.Post("/api/v1/transactions?mode=commit", Body(first + i, pairs[(first + i) % signers])));
        return requests;
    }

    private static byte[] Body(int number, OwnerKeyPair owner)
    {
        var created = TransactionBuilder.Create([owner], [new NewOutput(1, owner.Owner)],
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $$$"""{"article":{"description":"{{{Text(number)}}}","serial":"TP-{{{number:D9}}}","weight":{{{number % 900 + 100}}}}}""")),
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $$"""{"note":"{{Word(number)}} {{Word(number / 7)}} registered","sequence":{{number}}}""")));
        return created.TryGet(out var transaction, out var error)
            ? transaction.CanonicalBody.ToArray()
            : throw new InvalidOperationException(error.Message);
    }

    private static string Word(int number) => Common[number % Common.Length];

    /// <summary>Words that come up as in a language: the early ones of the list much more often than the late ones.</summary>
    private static string Text(int number)
    {
        var text = new StringBuilder();
        for (var i = 0; i < Words; i++)
        {
            var random = BinaryPrimitives.ReadUInt16LittleEndian(Hash("word", number * Words + i)) / 65536.0;
            text.Append(i == 0 ? "" : " ").Append(Common[(int)(random * random * Common.Length)]);
        }
        return text.ToString();
    }

    private static byte[] Hash(string what, int number) =>
        SHA256.HashData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{what} {number}")));
}
