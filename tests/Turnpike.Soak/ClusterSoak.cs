using System.Diagnostics;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Soak;

/// <summary>What is done to a cluster under load.</summary>
public enum Blow
{
    /// <summary>One node is killed, and started again.</summary>
    Kill,

    /// <summary>The database stops as in a crash, and is started again.</summary>
    Crash,

    /// <summary>One node hangs for longer than its leases last, and goes on.</summary>
    Pause,
}

/// <summary>What the rounds found.</summary>
/// <param name="Rounds">How many were run.</param>
/// <param name="Acknowledged">Transactions answered with 202.</param>
/// <param name="Refused">Double spends that were tried and refused.</param>
/// <param name="Events">Events that subscribers received and that were compared.</param>
/// <param name="Lost">Acknowledged and not there, or there and not received.</param>
/// <param name="Doubled">There, or received, more than once.</param>
/// <param name="Disordered">Received after a later one.</param>
/// <param name="LongestSilence">The longest time, under any blow, in which no poster was answered.</param>
/// <param name="Faults">Everything else that must not be.</param>
public sealed record ClusterFigures(int Rounds, long Acknowledged, long Refused, long Events, long Lost, long Doubled, long Disordered,
    TimeSpan LongestSilence, IReadOnlyList<string> Faults)
{
    /// <summary>True if nothing was wrong.</summary>
    public bool IsClean => Lost == 0 && Doubled == 0 && Disordered == 0 && Faults.Count == 0;

    /// <inheritdoc/>
    public override string ToString() =>
        $"soak cluster: rounds {Rounds}, acknowledged {Acknowledged}, double spends refused {Refused}, events compared {Events}, " +
        $"lost {Lost}, doubled {Doubled}, out of order {Disordered}, other faults {Faults.Count}, " +
        $"longest silence {LongestSilence.TotalSeconds:0.0} s";
}

/// <summary>
/// Two nodes over one PostgreSQL: 8 post, 24 listen and go to the other node when theirs breaks, while a node is killed, a node hangs
/// or the database crashes. Looks whether anything is missing, doubled or out of order on either node.
/// </summary>
public sealed class ClusterSoak(ulong seed, TextWriter progress)
{
    private static readonly TimeSpan s_roundLimit = TimeSpan.FromMinutes(5);
    private readonly Dice _dice = new(seed);
    private readonly List<string> _faults = [];

    internal ClusterFigures Sum { get; set; } = new(0, 0, 0, 0, 0, 0, 0, default, []);

    /// <summary>The last transaction of the round before.</summary>
    internal TransactionId? LastOfRound { get; set; }

    /// <summary>Events before this round.</summary>
    internal int Before { get; set; }

    /// <summary>Runs so many rounds: kill, crash, pause, and again.</summary>
    public Task<ClusterFigures> RunAsync(int rounds, CancellationToken cancellation) =>
        RunAsync([.. Enumerable.Range(0, rounds).Select(i => (Blow)(i % 3))], cancellation);

    /// <summary>Runs a round for each blow, all on one database.</summary>
    /// <param name="blows">Which.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    public async Task<ClusterFigures> RunAsync(IReadOnlyList<Blow> blows, CancellationToken cancellation)
    {
        await using var cluster = await Cluster.StartAsync(cancellation);
        for (var i = 0; i < blows.Count; i++)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(s_roundLimit);
            var started = Stopwatch.GetTimestamp();
            await new ClusterRound(this, cluster, blows[i], i + 1, _dice.Split()).RunAsync(limit.Token);
            Sum = Sum with { Rounds = i + 1 };
            await progress.WriteLineAsync(
                $"round {i + 1} ({blows[i]}): {Before} events in the chain, {Sum.Acknowledged} acknowledged so far, lost {Sum.Lost}, " +
                $"doubled {Sum.Doubled}, faults {_faults.Count}; {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
        }

        foreach (var fault in (await cluster.Clients[0].AuditAsync(cancellation)).Faults) Fault($"audit: {fault}");
        foreach (var node in cluster.Nodes)
            if (await node.StopAsync(cancellation) is not 0 and var code) Fault($"a node ended with {code}: {node.Output}");
        foreach (var fault in _faults) await progress.WriteLineAsync(fault);
        return Sum with { Faults = [.. _faults] };
    }

    internal void Fault(string what)
    {
        if (_faults.Count < 100) _faults.Add(what);
    }
}
