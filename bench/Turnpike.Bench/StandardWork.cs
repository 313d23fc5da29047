using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Turnpike.Kernel;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;

namespace Turnpike.Bench;

/// <summary>
/// The work that stores are measured with: read a row by a 32-byte key, update it, insert a row with a unique 33-byte key, append an
/// event of 300 bytes.
/// </summary>
internal sealed class StandardWork(IDatabase database)
{
    public const int Accounts = 10_000;
    private const string Topic = "bench/account";
    private static readonly Locks Account = Locks.Of(Topic);
    private static readonly Spent Event = new(new string('a', 300 - "{'data':''}".Length));
    private static readonly byte[][] Keys = [.. Enumerable.Range(0, Accounts).Select(i => SHA256.HashData(BitConverter.GetBytes(i)))];
    private long _next;

    public static MigrationModule Module { get; } = new("Bench", typeof(StandardWork).Assembly);

    public async Task PrepareAsync()
    {
        SqlValue[][] rows = [.. Keys.Select(key => new SqlValue[] { key, 0L })];
        await database.CommitAsync<int>(Locks.None, work =>
        {
            work.WriteMany("account", ["key", "balance"], rows);
            return ValueTask.FromResult<Result<int>>(rows.Length);
        }, CancellationToken.None);
    }

    public async Task CommitAsync()
    {
        var number = Interlocked.Increment(ref _next);
        var spend = new byte[33];
        SHA256.HashData(BitConverter.GetBytes(number), spend.AsSpan(1));
        var account = Keys[(int)(BitConverter.ToUInt32(spend, 1) % Accounts)];
        var result = await database.CommitAsync<long>(Account, async work =>
        {
            var balance = await work.ReadAsync("SELECT balance FROM account WHERE key = $1", row => row.Int64(0), account);
            work.Write("UPDATE account SET balance = $2 WHERE key = $1", account, balance + 1);
            work.Write("INSERT INTO spend(key, at) VALUES ($1, $2)", spend, number);
            work.Append(Topic, Event, WorkJson.Default.Spent);
            return balance;
        }, CancellationToken.None);
        if (!result.TryGet(out _, out var error)) throw new IOException($"The standard work was refused: {error.Message}");
    }

    /// <summary>Every acknowledged work is there, whole: the balances, the spends and the events count the same.</summary>
    public async Task CheckAsync()
    {
        var sums = await database.ReadAsync(async snapshot => await snapshot.ReadAsync(
            "SELECT (SELECT sum(balance) FROM account), (SELECT count(*) FROM spend), (SELECT count(*) FROM event)",
            row => (row.Int64(0), row.Int64(1), row.Int64(2))), CancellationToken.None);
        if (sums != (_next, _next, _next)) throw new IOException($"{_next} works were acknowledged; the store holds {sums}.");
    }
}

internal sealed record Spent(string Data) : IEvent
{
    public static string EventType => "bench.spent";

    public static int EventVersion => 1;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Spent))]
internal sealed partial class WorkJson : JsonSerializerContext;
