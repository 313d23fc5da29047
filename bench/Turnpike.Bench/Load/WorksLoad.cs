using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Runtime;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Turnpike.Bench.Harness;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;

namespace Turnpike.Bench.Load;

/// <summary>Which store a node works on, and whether its works append events.</summary>
internal enum WorksKind
{
    Postgres,
    PostgresWithoutEvents,
    Sqlite,
}

/// <summary>
/// One node of a cluster: callers that do the standard work, each on an account of its own, and a subscriber that is handed the events of
/// every node. Told the store on its first line, then <c>start</c>, which it answers when it has run warm, <c>mark</c> (twice: what lies
/// between is measured), <c>stop</c>, and <c>drain N</c>, which it answers when N events have been handed to it.
/// </summary>
internal sealed class WorksLoad(int node, int callers, WorksKind kind)
{
    private const string Topic = "bench/account";
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(25);
    private readonly Latencies _commits = new();
    private readonly Latencies _deliveries = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _works;
    private long _handed;
    private long _expected = long.MaxValue;
    private volatile bool _measuring;
    private volatile bool _stopping;

    public async Task RunAsync()
    {
        var store = Console.ReadLine()!;
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await using var database = await OpenAsync(store, services.GetRequiredService<IMeterFactory>());
        database.Feed.Subscribe(Topic, OnEvent);
        database.Feed.Start();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => OpenAccountAsync(database, Key(caller))));
        Console.WriteLine("connected");
        var running = Task.CompletedTask;
        while (Console.ReadLine() is { } line)
        {
            if (line == "start")
            {
                running = Task.WhenAll(Enumerable.Range(0, callers).Select(c => Task.Run(() => CallAsync(database, c))));
                await WarmUpAsync();
            }
            else if (line == "mark") Mark();
            else if (line == "stop") await StopAsync(running);
            else await DrainAsync(long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
        }
    }

    private Task<IDatabase> OpenAsync(string store, IMeterFactory meters)
    {
        var options = kind == WorksKind.Sqlite
            ? new StorageOptions { Folder = store }
            : new StorageOptions { Provider = "postgres", ConnectionString = store, MaxConnections = callers };
        return Database.OpenAsync(options, new EventOptions(), [StandardWork.Module], TimeProvider.System, meters,
            NullLoggerFactory.Instance, CancellationToken.None);
    }

    // The runtime compiles what is hot anew while it runs, on the cores that the works need: not what is asked.
    private static async Task WarmUpAsync()
    {
        var (began, quiet) = (Stopwatch.GetTimestamp(), 0);
        while (quiet < 2 && Stopwatch.GetElapsedTime(began) < LongestWarmUp)
        {
            var before = JitInfo.GetCompilationTime();
            await Settings.WaitAsync(TimeSpan.FromSeconds(1));
            quiet = JitInfo.GetCompilationTime() - before < TimeSpan.FromMilliseconds(50) ? quiet + 1 : 0;
        }

        Console.WriteLine("warm");
    }

    private void Mark()
    {
        _measuring = !_measuring;
        Say("mark", Milliseconds(Stopwatch.GetTimestamp()), Interlocked.Read(ref _works),
            Process.GetCurrentProcess().TotalProcessorTime.TotalMilliseconds);
    }

    private async Task StopAsync(Task running)
    {
        _stopping = true;
        await running;
        Say("stopped", _works);
    }

    private async Task DrainAsync(long events)
    {
        Interlocked.Exchange(ref _expected, events);
        if (Interlocked.Read(ref _handed) >= events) _drained.TrySetResult();
        await _drained.Task;
        Say("drained", Interlocked.Read(ref _handed), _commits.At(0.5), _commits.At(0.99), _deliveries.At(0.5), _deliveries.At(0.99));
    }

    private async Task CallAsync(IDatabase database, int caller)
    {
        var account = Key(caller);
        var locks = Locks.Of($"{Topic}/{node}/{caller}");
        for (var number = 0L; !_stopping; number++)
        {
            var began = 0L;
            var spend = Key(caller, number);
            var result = await database.CommitAsync<long>(locks, async work =>
            {
                var balance = await work.ReadAsync("SELECT balance FROM account WHERE key = $1", static row => row.Int64(0), account);
                work.Write("UPDATE account SET balance = $2 WHERE key = $1", account, balance + 1);
                work.Write("INSERT INTO spend(key, at) VALUES ($1, $2)", spend, number);
                began = Stopwatch.GetTimestamp();
                if (kind != WorksKind.PostgresWithoutEvents) work.Append(Topic, new Stamped(began, Padding), StampedJson.Default.Stamped);
                return balance;
            }, CancellationToken.None);
            if (!result.IsOk) throw new IOException($"The standard work was refused: {result.Error!.Message}");
            if (_measuring) _commits.Add(Stopwatch.GetElapsedTime(began));
            Interlocked.Increment(ref _works);
        }
    }

    private ValueTask OnEvent(CommittedEvent e)
    {
        var at = JsonSerializer.Deserialize(e.Payload.Span, StampedJson.Default.Stamped)!.At;
        if (_measuring) _deliveries.Add(Stopwatch.GetElapsedTime(at));
        if (Interlocked.Increment(ref _handed) >= Interlocked.Read(ref _expected)) _drained.TrySetResult();
        return ValueTask.CompletedTask;
    }

    private static async Task OpenAccountAsync(IDatabase database, byte[] key)
    {
        var result = await database.CommitAsync<int>(Locks.None, work =>
        {
            work.Write("INSERT INTO account(key, balance) VALUES ($1, 0)", key);
            return new(0);
        }, CancellationToken.None);
        if (!result.IsOk) throw new IOException($"An account was refused: {result.Error!.Message}");
    }

    private static string Padding { get; } = new('a', 270);

    private byte[] Key(int caller) => SHA256.HashData(Encoding.ASCII.GetBytes($"{node}/{caller}"));

    private byte[] Key(int caller, long number) => [0, .. SHA256.HashData(Encoding.ASCII.GetBytes($"{node}/{caller}/{number}"))];

    private static double Milliseconds(long timestamp) => timestamp * 1000.0 / Stopwatch.Frequency;

    private static void Say(string word, params double[] numbers) =>
        Console.WriteLine($"{word} {string.Join(' ', numbers.Select(n => n.ToString("R", CultureInfo.InvariantCulture)))}");
}

/// <summary>When the work was sent, on the machine's monotonic clock.</summary>
internal sealed record Stamped(long At, string Padding) : IEvent
{
    public static string EventType => "bench.stamped";

    public static int EventVersion => 1;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Stamped))]
internal sealed partial class StampedJson : JsonSerializerContext;
