using System.Diagnostics;
using System.Globalization;
using Turnpike.Cashu;
using Turnpike.Kernel.Storage;
using Turnpike.Server;

namespace Turnpike.Soak;

/// <summary>What the rounds found.</summary>
/// <param name="Rounds">How many were run.</param>
/// <param name="Answered">Requests that move money and were answered.</param>
/// <param name="Repeated">Requests that were sent again, as the server was killed before it answered.</param>
/// <param name="Melts">Answers to melts, by state or code.</param>
/// <param name="Paid">Payments that the simulated node settled.</param>
/// <param name="Outstanding">What the wallets hold in the end, sat.</param>
/// <param name="Faults">Everything that must not be.</param>
public sealed record CashuFigures(
    int Rounds, long Answered, long Repeated, IReadOnlyDictionary<string, int> Melts, long Paid, long Outstanding,
    IReadOnlyList<string> Faults)
{
    /// <summary>True if nothing was wrong.</summary>
    public bool IsClean => Faults.Count == 0;

    /// <inheritdoc/>
    public override string ToString() =>
        $"soak cashu: rounds {Rounds}, answered {Answered}, repeated {Repeated}, "
        + $"melts {string.Join(", ", Melts.Select(m => $"{m.Key} {m.Value}"))}, payments {Paid}, outstanding {Outstanding}, faults {Faults.Count}";
}

/// <summary>
/// Wallets that mint, swap and melt at once while a server is killed: on one server and a file, or two over PostgreSQL, one of which takes
/// over. Afterwards the books balance, each coin that a wallet holds can be spent and there are no others, and each invoice was paid once.
/// </summary>
public sealed class CashuSoak(ulong seed, TextWriter progress)
{
    private const int Wallets = 8;
    private const int MostBeforeKill = 150;
    private const int AfterRestart = 40;
    private static readonly TimeSpan s_roundLimit = TimeSpan.FromMinutes(5);

    private readonly Dice _dice = new(seed);
    private readonly List<string> _faults = [];
    private readonly Lock _lock = new();
    private int _answersLeft;
    private TaskCompletionSource _moment = new();
    private long _answered;
    private (long Paid, long Outstanding) _books;

    /// <summary>Runs the rounds, all on one database.</summary>
    /// <param name="rounds">How many.</param>
    /// <param name="isCluster">Two servers over PostgreSQL.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    public async Task<CashuFigures> RunAsync(int rounds, bool isCluster, CancellationToken cancellation)
    {
        await using var servers = await MintServers.StartAsync(isCluster, cancellation);
        var wallets = Enumerable.Range(0, Wallets).Select(_ => new SoakWallet(servers, _dice.Split(), Answered, Fault)).ToList();
        for (var round = 1; round <= rounds; round++)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(s_roundLimit);
            var started = Stopwatch.GetTimestamp();
            await RoundAsync(servers, wallets, round, limit.Token);
            await progress.WriteLineAsync(
                $"round {round}: {Figures(round, wallets)}; {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
        }

        foreach (var server in servers.Running)
        {
            if (await server.StopAsync(cancellation) is not 0 and var code) Fault($"a server ended with {code}: {server.Output}");
        }

        foreach (var fault in _faults) await progress.WriteLineAsync(fault);
        return Figures(rounds, wallets);
    }

    private async Task RoundAsync(MintServers servers, List<SoakWallet> wallets, int round, CancellationToken cancellation)
    {
        Await(1 + _dice.Next(MostBeforeKill));
        var goesOn = true;
        var working = Task.WhenAll(wallets.Select(w => w.RunAsync(() => Volatile.Read(ref goesOn), cancellation)));
        await Task.WhenAny(_moment.Task, working);
        // Into whatever is under way then.
        await Task.Delay(TimeSpan.FromMilliseconds(_dice.Next(150)), TimeProvider.System, cancellation);
        var server = _dice.Next(servers.Count);
        foreach (var error in await servers.KillAsync(server)) Fault($"round {round}, the killed server's log: {error}");
        if (servers.Count == 1)
        {
            foreach (var fault in await servers.CheckAsync(Systems.Audits, cancellation))
                Fault($"round {round}, the books after the kill: {fault}");
        }

        Await(AfterRestart);
        // On two servers, the other one takes over meanwhile.
        if (servers.Count > 1) await Task.WhenAny(_moment.Task, working);
        await servers.StartAsync(server, cancellation);
        Await(AfterRestart);
        await Task.WhenAny(_moment.Task, working);
        Volatile.Write(ref goesOn, false);
        await working;

        foreach (var wallet in wallets) await wallet.CheckAsync(cancellation);
        Audit[] audits = [.. Systems.Audits, new Audit(CashuServices.Migrations, ReadBooksAsync)];
        foreach (var fault in await servers.CheckAsync(audits, cancellation))
            Fault($"round {round}, the books: {fault}");
        var held = wallets.Sum(w => w.Coins.Sum(c => (long)c.Amount));
        if (held != _books.Outstanding) Fault($"round {round}: wallets hold {held}, and {_books.Outstanding} are outstanding");
        foreach (var error in servers.Running.SelectMany(s => s.Errors)) Fault($"round {round}, a server's log: {error}");
    }

    /// <summary>What the mint's own audit does not look at: the simulated node, and the sum that wallets must hold.</summary>
    private async ValueTask<IReadOnlyList<string>> ReadBooksAsync(Reads reads)
    {
        var faults = new List<string>();
        async ValueTask<long> Count(string sql) => await reads.ReadAsync(sql, static row => row.Int64(0));
        var signed = await Count("SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM cashu_promise");
        var spent = await Count("SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM cashu_proof WHERE state = 2");
        _books = (await Count("SELECT CAST(COALESCE(SUM(pays), 0) AS BIGINT) FROM cashu_fake_payment"), signed - spent);
        await ExpectAsync("invoices were paid more than once", "SELECT COUNT(*) FROM cashu_fake_payment WHERE pays > 1");
        await ExpectAsync("payments belong to no PAID quote",
            """
            SELECT COUNT(*) FROM cashu_fake_payment f WHERE f.pays > 0
            AND NOT EXISTS (SELECT 1 FROM cashu_melt_quote q WHERE q.payment_hash = f.payment_hash AND q.state = 2)
            """);
        await ExpectAsync("quotes are PAID that nobody paid",
            """
            SELECT COUNT(*) FROM cashu_melt_quote q WHERE q.state = 2
            AND NOT EXISTS (SELECT 1 FROM cashu_fake_payment f WHERE f.payment_hash = q.payment_hash AND f.pays = 1)
            AND NOT EXISTS (SELECT 1 FROM cashu_mint_payment p WHERE p.payment_id = q.payment_hash AND p.source = 'internal')
            """);
        await ExpectAsync("melts are still open", "SELECT COUNT(*) FROM cashu_payment WHERE outcome IS NULL");
        return faults;

        async Task ExpectAsync(string what, string sql)
        {
            if (await Count(sql) is not 0 and var count) faults.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {what}."));
        }
    }

    private void Await(int answers)
    {
        lock (_lock)
        {
            _answersLeft = answers;
            _moment = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void Answered()
    {
        lock (_lock)
        {
            _answered++;
            if (--_answersLeft == 0) _moment.TrySetResult();
        }
    }

    private void Fault(string what)
    {
        lock (_lock)
        {
            if (_faults.Count < 100) _faults.Add(what);
        }
    }

    private CashuFigures Figures(int rounds, List<SoakWallet> wallets)
    {
        var melts = wallets.SelectMany(w => w.Melts).GroupBy(m => m.Key).OrderBy(g => g.Key, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Sum(m => m.Value));
        return new CashuFigures(rounds, _answered, wallets.Sum(w => w.Repeated), melts, _books.Paid, _books.Outstanding, [.. _faults]);
    }
}
