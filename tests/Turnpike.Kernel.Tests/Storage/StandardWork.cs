using System.Buffers.Binary;
using System.Text.Json.Serialization;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Tests.Storage;

/// <summary>An event of the tests.</summary>
internal sealed record Happened(long Number, string What) : IEvent
{
    public static string EventType => "test.happened";

    public static int EventVersion => 1;
}

[JsonSerializable(typeof(Happened))]
internal sealed partial class TestJson : JsonSerializerContext;

/// <summary>
/// The work that storage is measured with: read a row by key, update it, insert a row with a unique key, append an event.
/// </summary>
internal static class StandardWork
{
    public static readonly ProtocolError Twice = new(409, "twice", "The key is taken");
    public static readonly ProtocolError Overdrawn = new(402, "overdrawn", "Not enough");
    public static readonly ProtocolError Orphan = new(404, "orphan", "No such account");
    public static readonly Constraint Key = new("posting", "posting_key", "key");
    public static readonly Constraint Covered = new("account", "account_covered");
    public static readonly Constraint OfAccount = new("posting", "posting_account") { IsForeignKey = true };

    private static readonly string Padding = new('x', 270);

    public static byte[] Account(int number)
    {
        var key = new byte[32];
        BinaryPrimitives.WriteInt32BigEndian(key, number);
        return key;
    }

    public static byte[] Posting(long number)
    {
        var key = new byte[33];
        BinaryPrimitives.WriteInt64BigEndian(key, number);
        return key;
    }

    /// <summary>Adds an amount to an account and books a posting under a unique key; answers the new balance.</summary>
    public static Task<Result<long>> PostAsync(this IDatabase database, int account, long posting, long amount) =>
        database.CommitAsync<long>(Locks.Of($"test/account/{account}"), async work =>
        {
            var key = Account(account);
            var balance = await work.ReadAsync("SELECT balance FROM account WHERE id = $1", static row => row.Int64(0), key);
            return Write(work, key, posting, balance, amount);
        }, CancellationToken.None);

    public static Task<Result<long>> OpenAccountAsync(this IDatabase database, int account, long balance) =>
        database.CommitAsync<long>(Locks.None, work =>
        {
            work.Write("INSERT INTO account (id, balance) VALUES ($1, $2)", Account(account), balance);
            return new(balance);
        }, CancellationToken.None);

    public static Task<long> NumberAsync(this IDatabase database, string sql, params SqlValue[] args) =>
        database.ReadAsync(snapshot => snapshot.ReadAsync(sql, static row => row.Int64(0), args), CancellationToken.None);

    private static Result<long> Write(Work work, byte[] key, long posting, long balance, long amount)
    {
        work.Write("UPDATE account SET balance = $2 WHERE id = $1", (Covered, Overdrawn), key, balance + amount);
        work.Write("INSERT INTO posting (key, account, amount) VALUES ($1, $2, $3)", [(Key, Twice), (OfAccount, Orphan)], Posting(posting),
            key, amount);
        work.Append("test/account", new Happened(posting, Padding), TestJson.Default.Happened);
        return balance + amount;
    }
}
