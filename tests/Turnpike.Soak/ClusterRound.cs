using System.Diagnostics;
using System.Net;
using Turnpike.Planetmint.Client;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Soak;

/// <summary>One round: load on both nodes, a blow in the midst of it, and then the books.</summary>
internal sealed class ClusterRound(ClusterSoak soak, Cluster cluster, Blow blow, int number, Dice dice)
{
    private const int Posters = 8;
    private const int ChainLength = 150;
    private const int SocketsPerNode = 8;
    private const int ClientsPerNode = 4;

    // Longer than a lease, and than the database lets a session lie in a transaction.
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly List<(EventLog Log, bool FromStart)> _logs = [];
    private readonly List<Task> _listeners = [];
    private readonly int[] _errorsBefore = [.. cluster.Nodes.Select(n => n.Errors.Count)];
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _moment = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _answersLeft;
    private long _answeredAt = Stopwatch.GetTimestamp();
    private TimeSpan _silence;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var posters = Enumerable.Range(0, Posters).Select(_ => Chains.Make(dice.Split(), ChainLength)).ToList();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Listen(over.Token);

        _answersLeft = 1 + dice.Next(Posters * ChainLength / 2);
        _answeredAt = Stopwatch.GetTimestamp();
        var posting = Task.WhenAll(posters.Select((p, i) =>
            p.RunAcrossAsync(cluster.Clients, i % Cluster.Count, NoteAnswer, cancellation)));
        await Task.WhenAny(_moment.Task, posting);
        await StrikeAsync(cancellation);
        await posting;

        await CheckAsync(posters, cancellation);
        await over.CancelAsync();
        await Task.WhenAll(_listeners);
    }

    private void NoteAnswer()
    {
        lock (_lock)
        {
            var silence = Stopwatch.GetElapsedTime(_answeredAt);
            if (silence > _silence) _silence = silence;
            _answeredAt = Stopwatch.GetTimestamp();
            if (--_answersLeft == 0) _moment.TrySetResult();
        }
    }

    private void Listen(CancellationToken over)
    {
        var start = soak.LastOfRound is { } last ? StreamPosition.After(last) : StreamPosition.Beginning;
        var query = soak.LastOfRound is { } id ? $"?after={id}" : "?from_height=0";
        for (var i = 0; i < SocketsPerNode * Cluster.Count; i++)
        {
            var fromStart = i < Cluster.Count;
            var log = Log($"socket {i}", fromStart);
            _listeners.Add(Subscribers.ByHandAsync(Elsewhere(i), fromStart ? "?from_height=0" : query, log, over));
        }

        for (var i = 0; i < ClientsPerNode * Cluster.Count; i++)
        {
            _listeners.Add(Subscribers.LibraryAsync(
                cluster.Clients[i % Cluster.Count], StreamFilter.None, start, Log($"client {i}", fromStart: false), over));
        }
    }

    /// <summary>After each break the other node.</summary>
    private Func<Task<IPEndPoint>> Elsewhere(int first)
    {
        var node = first - 1;
        return () => Task.FromResult(cluster.StreamsOf(++node % Cluster.Count));
    }

    private EventLog Log(string name, bool fromStart)
    {
        var log = new EventLog($"round {number}, {name}", _ => true);
        _logs.Add((log, fromStart));
        return log;
    }

    private Task StrikeAsync(CancellationToken cancellation) => blow switch
    {
        Blow.Kill => KillAsync(dice.Next(Cluster.Count), cancellation),
        Blow.Pause => PauseAsync(dice.Next(Cluster.Count), cancellation),
        Blow.Crash => CrashAsync(cancellation),
        _ => throw new UnreachableException(),
    };

    private async Task KillAsync(int node, CancellationToken cancellation)
    {
        var killed = cluster.Nodes[node];
        await killed.KillAsync();
        // What it told of in an earlier round it told of rightly: then the database was away.
        foreach (var error in killed.Errors.Skip(_errorsBefore[node])) soak.Fault($"round {number}, the killed node's log: {error}");
        await killed.DisposeAsync();
        await cluster.StartNodeAsync(node, cancellation);
    }

    private async Task PauseAsync(int node, CancellationToken cancellation)
    {
        cluster.Nodes[node].Pause();
        await Task.Delay(s_pause, TimeProvider.System, cancellation);
        cluster.Nodes[node].Continue();
    }

    private async Task CrashAsync(CancellationToken cancellation)
    {
        await cluster.Database.StopAsync("immediate");
        for (var node = 0; node < Cluster.Count; node++) await WaitForReadinessAsync(node, HttpStatusCode.ServiceUnavailable, cancellation);
        await cluster.Database.StartAgainAsync();
        for (var node = 0; node < Cluster.Count; node++) await WaitForReadinessAsync(node, HttpStatusCode.OK, cancellation);
    }

    private async Task WaitForReadinessAsync(int node, HttpStatusCode wanted, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        while (await cluster.ReadinessAsync(node, cancellation) is var status && status != wanted)
        {
            if (cluster.Nodes[node].HasExited) throw new IOException($"Node {node} has ended. It said:\n{cluster.Nodes[node].Output}");
            if (Stopwatch.GetElapsedTime(began) < s_patience) continue;
            soak.Fault($"round {number}: node {node} still answers {(int?)status} to who asks whether it is ready, not {(int)wanted}");
            return;
        }
    }

    private async Task CheckAsync(List<Poster> posters, CancellationToken cancellation)
    {
        if (await cluster.Clients[0].GetLatestBlockAsync(cancellation) is not { Transactions: [.., var last] })
        {
            soak.Fault($"round {number}: nothing was committed");
            return;
        }

        var chains = new List<IReadOnlyList<(TransactionId Id, long Height)>>();
        foreach (var node in cluster.Nodes) chains.Add((await Subscribers.ReadAllAsync(node, last.Id, cancellation)).Events);
        if (!chains[0].SequenceEqual(chains[1])) soak.Fault($"round {number}: the nodes' streams are not the same");
        CheckChain(chains[0]);
        CheckAcknowledged(posters, [.. chains[0].Select(e => e.Id)]);
        await CheckSubscribersAsync(chains[0], cancellation);
        foreach (var poster in posters)
        {
            var balances = await cluster.Clients[number % Cluster.Count].BalancesAsync(poster.Owner, cancellation);
            if (!balances.OrderBy(b => b.Key).SequenceEqual(poster.Created.OrderBy(c => c.Key)))
                soak.Fault($"round {number}: the balances of {poster.Owner} are not what it created");
        }

        soak.LastOfRound = last.Id;
        soak.Before = chains[0].Count;
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
        soak.Sum = soak.Sum with { Doubled = soak.Sum.Doubled + all.Count - all.DistinctBy(e => e.Id).Count() };
    }

    private void CheckAcknowledged(List<Poster> posters, HashSet<TransactionId> all)
    {
        var acknowledged = posters.SelectMany(p => p.Acknowledged).ToList();
        foreach (var fault in posters.SelectMany(p => p.Faults)) soak.Fault($"round {number}: {fault}");
        soak.Sum = soak.Sum with
        {
            Acknowledged = soak.Sum.Acknowledged + acknowledged.Count,
            Refused = soak.Sum.Refused + posters.Sum(p => p.Refused),
            Lost = soak.Sum.Lost + acknowledged.Count(id => !all.Contains(id)),
            LongestSilence = _silence > soak.Sum.LongestSilence ? _silence : soak.Sum.LongestSilence,
        };
    }

    private async Task CheckSubscribersAsync(IReadOnlyList<(TransactionId Id, long Height)> all, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_patience);
        foreach (var (log, fromStart) in _logs)
        {
            var expected = all.Skip(fromStart ? 0 : soak.Before).ToList();
            await log.WaitForAsync(expected[^1].Id, patience.Token);
            var difference = log.CompareTo(expected);
            if (!difference.IsNone) soak.Fault($"{log.Name}: {difference} of {expected.Count}");
            soak.Sum = soak.Sum with
            {
                Events = soak.Sum.Events + log.Events.Count,
                Lost = soak.Sum.Lost + difference.Lost,
                Doubled = soak.Sum.Doubled + difference.Doubled,
                Disordered = soak.Sum.Disordered + difference.Disordered,
            };
        }
    }
}
