using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Turnpike.Kernel;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Conformance.Planetmint;

/// <summary>Makes transactions that no other test has.</summary>
internal static class Make
{
    /// <summary>A key of nobody else's.</summary>
    public static OwnerKeyPair Key() => OwnerKeyPair.FromSeed(RandomNumberGenerator.GetBytes(32));

    /// <summary>A new asset of one owner.</summary>
    public static Transaction Asset(OwnerKeyPair owner, long amount = 1, string? data = null, string? metadata = null) =>
        Asset(owner, [new NewOutput(amount, owner.Owner)], data, metadata);

    /// <summary>A new asset in several outputs.</summary>
    public static Transaction Asset(OwnerKeyPair issuer, IReadOnlyList<NewOutput> outputs, string? data = null, string? metadata = null) =>
        Must(TransactionBuilder.Create([issuer], outputs, Utf8(data ?? $$"""{"unique":"{{Word()}}"}"""), Utf8(metadata)));

    /// <summary>All of one output to somebody.</summary>
    public static Transaction Transfer(Transaction source, int index, OwnerKeyPair from, OwnerKeyPair to, string? metadata = null) =>
        Transfer(source, [index], from, [new NewOutput(source.Outputs[index].Amount, to.Owner)], metadata);

    /// <summary>Some outputs of one transaction to new ones.</summary>
    public static Transaction Transfer(
        Transaction source, IReadOnlyList<int> indexes, OwnerKeyPair from, IReadOnlyList<NewOutput> outputs, string? metadata = null) =>
        Must(TransactionBuilder.Transfer(
            source.AssetId, [.. indexes.Select(i => Spend.Of(source, i))], [from], outputs, Utf8(metadata)));

    /// <summary>A word that occurs nowhere else.</summary>
    public static string Word() => "w" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    public static T Must<T>(Result<T> result) =>
        result.TryGet(out var value, out var error) ? value : throw new InvalidOperationException(error.Message);

    public static string Text(Transaction transaction) => Encoding.UTF8.GetString(transaction.CanonicalBody.Span);

    /// <summary>The message of valid_transactions, to the byte.</summary>
    public static string Event(Transaction transaction, long height) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"transaction_id":"{{transaction.Id}}","asset_id":"{{transaction.AssetId}}","height":{{height}}}""");

    private static byte[] Utf8(string? text) => text is null ? [] : Encoding.UTF8.GetBytes(text);
}
