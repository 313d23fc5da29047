using System.Diagnostics;
using System.Net;
using Turnpike.Cli;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Client;
using Turnpike.Server;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Soak;

/// <summary>What the rounds found.</summary>
/// <param name="Rounds">How many were run.</param>
/// <param name="Acknowledged">Transactions answered with 202.</param>
/// <param name="Refused">Double spends that were tried and refused.</param>
/// <param name="Events">Events that subscribers received and that were compared.</param>
/// <param name="Lost">Acknowledged and not there, or there and not received.</param>
/// <param name="Doubled">There, or received, more than once.</param>
/// <param name="Disordered">Received after a later one.</param>
/// <param name="Faults">Everything else that must not be.</param>
public sealed record PlanetmintFigures(
    int Rounds, long Acknowledged, long Refused, long Events, long Lost, long Doubled, long Disordered, IReadOnlyList<string> Faults)
{
    /// <summary>True if nothing was wrong.</summary>
    public bool IsClean => Lost == 0 && Doubled == 0 && Disordered == 0 && Faults.Count == 0;

    /// <inheritdoc/>
    public override string ToString() =>
        $"soak planetmint: rounds {Rounds}, acknowledged {Acknowledged}, double spends refused {Refused}, events compared {Events}, " +
        $"lost {Lost}, doubled {Doubled}, out of order {Disordered}, other faults {Faults.Count}";
}

/// <summary>
/// Kills a server while 8 post and 50 listen, starts it again on the same data, and looks whether anything is missing, doubled or
/// out of order: in the store, in the whole stream, and with each subscriber that resumed.
/// </summary>
public sealed class PlanetmintSoak(ulong seed, TextWriter progress)
{
    private const int Posters = 8;
    private const int ChainLength = 500;
    private const int MostBeforeKill = 1200;
    private const int AfterRestart = 25;
    private const int AuditEvery = 10;
    private static readonly TimeSpan s_roundLimit = TimeSpan.FromMinutes(3);
    private readonly Dice _dice = new(seed);
    private readonly List<string> _faults = [];
    private PlanetmintFigures _sum = new(0, 0, 0, 0, 0, 0, 0, []);
    private TransactionId? _lastOfRound;
    private int _before;    // events before this round

    /// <summary>Runs the rounds, all on one data folder.</summary>
    /// <param name="rounds">How many.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    public async Task<PlanetmintFigures> RunAsync(int rounds, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("turnpike-soak-");
        try
        {
            var (port, streamPort) = (Ports.Free(), Ports.Free());
            for (var round = 1; round <= rounds; round++)
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                limit.CancelAfter(s_roundLimit);
                var started = Stopwatch.GetTimestamp();
                var audit = round == rounds || round % AuditEvery == 0;
                await new Round(this, folder.FullName, port, streamPort, round, audit).RunAsync(limit.Token);
                await progress.WriteLineAsync(
                    $"round {round}: {_before} events in the chain, {_sum.Acknowledged} acknowledged so far, lost {_sum.Lost}, " +
                    $"doubled {_sum.Doubled}, faults {_faults.Count}; {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        foreach (var fault in _faults) await progress.WriteLineAsync(fault);
        return _sum with { Faults = [.. _faults] };
    }

    private void Fault(string what)
    {
        if (_faults.Count < 100) _faults.Add(what);
    }

    /// <summary>One round: two lives of a server on the same data.</summary>
    private sealed class Round(PlanetmintSoak soak, string folder, int port, int streamPort, int number, bool audit)
    {
        private readonly Dice _dice = soak._dice.Split();
        private readonly List<(EventLog Log, bool FromStart)> _logs = [];
        private readonly List<Task> _listeners = [];
        private volatile TaskCompletionSource _alive = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task RunAsync(CancellationToken cancellation)
        {
            var posters = Enumerable.Range(0, Posters).Select(_ => Chains.Make(_dice.Split(), ChainLength)).ToList();
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            using var firstLife = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

            await using var first = await StartAsync(cancellation);
            using var library = Connect(first);
            Listen(library, first.StreamEndPoint, posters, over.Token, firstLife.Token);
            await PostAndKillAsync(first, posters, cancellation);
            await firstLife.CancelAsync();
            // What `turnpike check` says of the folder as the kill left it, before a server has had a chance to mend it.
            foreach (var fault in await DatabaseCheck.RunAsync(Path.Combine(folder, "turnpike.db"), Systems.Audits, cancellation))
                soak.Fault($"round {number}, the books after the kill: {fault}");

            await using var second = await StartAsync(cancellation);
            using var client = Connect(second);
            _alive.TrySetResult();
            await Task.WhenAll(posters.Select(p => p.RunAsync(client, AfterRestart, cancellation)));
            await CheckAsync(second, client, posters, cancellation);
            await over.CancelAsync();
            await Task.WhenAll(_listeners);
            foreach (var error in first.Errors.Concat(second.Errors)) soak.Fault($"round {number}, the server's log: {error}");
            if (await second.StopAsync(cancellation) is not 0 and var code) soak.Fault($"the server ended with {code}: {second.Output}");
        }

        private Task<ChildServer> StartAsync(CancellationToken cancellation) =>
            ChildServer.StartAsync(folder, port, streamPort, Limits.For(1000), cancellation);

        private static PlanetmintClient Connect(ChildServer server) => new(new PlanetmintClientOptions
        {
            Node = server.Main,
            Stream = server.Streams,
            RequestTimeout = TimeSpan.FromMinutes(1),
        });

        private void Listen(
            PlanetmintClient library, IPEndPoint streams, List<Poster> posters, CancellationToken over, CancellationToken firstLife)
        {
            _alive.TrySetResult();
            var start = soak._lastOfRound is { } last ? StreamPosition.After(last) : StreamPosition.Beginning;
            var query = soak._lastOfRound is { } id ? $"?after={id}" : "?from_height=0";
            for (var i = 0; i < 10; i++)
                _listeners.Add(Subscribers.LibraryAsync(library, StreamFilter.None, start, Log($"client {i}", _ => true), over));
            for (var i = 0; i < 18; i++)
                _listeners.Add(Subscribers.ByHandAsync(WhenAlive, query, Log($"socket {i}", _ => true), over));
            for (var i = 0; i < 2; i++)
                _listeners.Add(Subscribers.ByHandAsync(
                    WhenAlive, "?from_height=0", Log($"socket from 0, {i}", _ => true, fromStart: true), over));
            for (var i = 0; i < Posters; i++)
            {
                var (poster, key) = (posters[i], posters[i].Owner);
                var filter = i % 2 == 0 ? new StreamFilter([key], [], [], []) : new StreamFilter([], [key], [], []);
                _listeners.Add(Subscribers.LibraryAsync(library, filter, start, Log($"filtered {i}", poster.Owns), over));
            }
            var creates = new StreamFilter([], [], [], [Operation.Create]);
            for (var i = 0; i < 2; i++)
                _listeners.Add(Subscribers.LibraryAsync(
                    library, creates, start, Log($"creates {i}", x => posters.Exists(p => p.Creates(x))), over));
            for (var i = 0; i < 5; i++) _listeners.Add(Subscribers.DeafAsync(streams, firstLife));
            for (var i = 0; i < 5; i++) _listeners.Add(Subscribers.VanishingAsync(streams, _dice.Split(), firstLife));

            async Task<IPEndPoint> WhenAlive()
            {
                await _alive.Task;
                return streams;
            }
        }

        private EventLog Log(string name, Func<TransactionId, bool> wanted, bool fromStart = false)
        {
            var log = new EventLog($"round {number}, {name}", wanted);
            _logs.Add((log, fromStart));
            return log;
        }

        private async Task PostAndKillAsync(ChildServer server, List<Poster> posters, CancellationToken cancellation)
        {
            using var client = Connect(server);
            // After so many answers, not after a while: a slow machine shall not make the rounds empty.
            var answers = 1 + _dice.Next(MostBeforeKill);
            var moment = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var posting = Task.WhenAll(posters.Select(p => p.RunAsync(client, int.MaxValue, cancellation, () =>
            {
                if (Interlocked.Decrement(ref answers) == 0) moment.TrySetResult();
            })));
            await Task.WhenAny(moment.Task, posting);
            await Task.Delay(TimeSpan.FromMilliseconds(_dice.Next(20)), TimeProvider.System, cancellation);
            _alive = new(TaskCreationOptions.RunContinuationsAsynchronously);
            await server.KillAsync();
            await posting;
        }

        private async Task CheckAsync(ChildServer server, PlanetmintClient client, List<Poster> posters, CancellationToken cancellation)
        {
            var head = await client.GetLatestBlockAsync(cancellation);
            if (head is not { Transactions: [.., var last] })
            {
                soak.Fault($"round {number}: nothing was committed");
                return;
            }
            var all = (await Subscribers.ReadAllAsync(server, last.Id, cancellation)).Events;
            CheckChain(all);
            await CheckAcknowledgedAsync(client, posters, [.. all.Select(e => e.Id)], cancellation);
            await CheckSubscribersAsync(all, last.Id, cancellation);
            await CheckBooksAsync(client, posters, cancellation);
            soak._lastOfRound = last.Id;
            soak._before = all.Count;
            soak._sum = soak._sum with { Rounds = number };
        }

        private void CheckChain(IReadOnlyList<(TransactionId Id, long Height)> all)
        {
            var (height, gaps) = (0L, 0);
            foreach (var e in all)
            {
                if (e.Height != height && e.Height != height + 1) gaps++;
                height = e.Height;
            }
            if (gaps > 0) soak.Fault($"round {number}: heights are not dense in {gaps} places");
            var doubled = all.Count - all.DistinctBy(e => e.Id).Count();
            soak._sum = soak._sum with { Doubled = soak._sum.Doubled + doubled };
        }

        private async Task CheckAcknowledgedAsync(
            PlanetmintClient client, List<Poster> posters, HashSet<TransactionId> all, CancellationToken cancellation)
        {
            var acknowledged = posters.SelectMany(p => p.Acknowledged).ToList();
            var lost = acknowledged.Count(id => !all.Contains(id));
            var together = new ParallelOptions { MaxDegreeOfParallelism = Posters, CancellationToken = cancellation };
            await Parallel.ForEachAsync(acknowledged, together, async (id, token) =>
            {
                if (await client.GetTransactionAsync(id, token) is null) Interlocked.Increment(ref lost);
            });
            foreach (var fault in posters.SelectMany(p => p.Faults)) soak.Fault($"round {number}: {fault}");
            soak._sum = soak._sum with
            {
                Acknowledged = soak._sum.Acknowledged + acknowledged.Count,
                Refused = soak._sum.Refused + posters.Sum(p => p.Refused),
                Lost = soak._sum.Lost + lost,
            };
        }

        private async Task CheckSubscribersAsync(
            IReadOnlyList<(TransactionId Id, long Height)> all, TransactionId last, CancellationToken cancellation)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(TimeSpan.FromSeconds(30));
            foreach (var (log, fromStart) in _logs)
            {
                var expected = all.Skip(fromStart ? 0 : soak._before).Where(e => log.Wants(e.Id)).ToList();
                if (expected.Count > 0) await log.WaitForAsync(expected[^1].Id, patience.Token);
                var difference = log.CompareTo(expected);
                if (!difference.IsNone) soak.Fault($"{log.Name}: {difference} of {expected.Count}, last of the chain {last}");
                soak._sum = soak._sum with
                {
                    Events = soak._sum.Events + log.Events.Count,
                    Lost = soak._sum.Lost + difference.Lost,
                    Doubled = soak._sum.Doubled + difference.Doubled,
                    Disordered = soak._sum.Disordered + difference.Disordered,
                };
            }
        }

        private async Task CheckBooksAsync(PlanetmintClient client, List<Poster> posters, CancellationToken cancellation)
        {
            foreach (var poster in posters)
            {
                var balances = await client.BalancesAsync(poster.Owner, cancellation);
                if (!balances.OrderBy(b => b.Key).SequenceEqual(poster.Created.OrderBy(c => c.Key)))
                    soak.Fault($"round {number}: the balances of {poster.Owner} are not what it created");
            }
            if (!audit) return;
            foreach (var fault in (await client.AuditAsync(cancellation)).Faults) soak.Fault($"round {number}, audit: {fault}");
        }
    }
}
