using System.Diagnostics;
using System.Globalization;
using System.Text;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Bench.Load;

/// <summary>
/// Sockets that follow 10,000 proofs between them, and one wallet that swaps some of these, four at a time: for each proof, how long until
/// its frame is there.
/// </summary>
/// <remarks>
/// Says <c>quoted N</c> and waits for the line <c>paid</c>; says <c>ready</c> when every socket has had the states as they are; begins with
/// the line <c>start</c>; ends with <c>latencies</c> and four numbers: p50 and p99 in ms from the swap's answer (0 where the frame came
/// first), then from its request.
/// </remarks>
internal sealed class StateLoad(int port, int sockets, int changes)
{
    private const int Points = 10_000;
    private const int Filters = 1000;           // of one subscription
    private const int WarmUp = 100;             // swaps that are not counted
    private const int PaceMicroseconds = 10_000;
    private const int Http = int.MaxValue;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly int _poll = Posix.CreatePoll();
    private readonly FrameStream[] _streams = new FrameStream[sockets];
    private readonly Latencies _fromAnswer = new();
    private readonly Latencies _fromRequest = new();
    private readonly long[] _spent = new long[Points];      // when the frame came
    private Dictionary<string, int> _numbers = [];
    private int _unspent, _arrived;

    public async Task RunAsync()
    {
        var posters = new Posters(port, 1);
        var ecash = await Ecash.OpenAsync(port, posters);
        var large = ecash.LargeQuotes(Points);
        Say($"quoted {large.Length}");
        if (Console.ReadLine() != "paid") return;
        var proofs = ecash.ProofsOfEight(large, Points);
        var swaps = ecash.Swaps(proofs[..(4 * (WarmUp + changes))]);
        Subscribe(proofs);
        Console.WriteLine("ready");
        if (Console.ReadLine() != "start") return;

        var wallet = new HttpAnswer(Posix.Connect(port, 1), 200);
        Posix.Watch(_poll, wallet.Socket, Http);
        for (var i = 0; i < swaps.Length; i++)
        {
            Posix.Pause(PaceMicroseconds);
            Swap(wallet, swaps[i], i);
        }
        Say($"latencies {_fromAnswer.At(0.5):F3} {_fromAnswer.At(0.99):F3} {_fromRequest.At(0.5):F3} {_fromRequest.At(0.99):F3}");
    }

    /// <summary>Proof i is socket i % sockets's: the four of a swap are different sockets', if there are several.</summary>
    private void Subscribe(Proof[] proofs)
    {
        var ys = Array.ConvertAll(proofs, p => HashToCurve.Hash(p.Secret.Utf8.Span).Compressed);
        _numbers = Enumerable.Range(0, Points).ToDictionary(i => ys[i].ToString());
        var files = Handshake.ConnectAll(port, _ => "/v1/ws", sockets, signalR: false);
        for (var i = 0; i < sockets; i++)
        {
            _streams[i] = new FrameStream(files[i]);
            Posix.Watch(_poll, files[i], i);
            var own = ys.Where((_, number) => number % sockets == i).Chunk(Filters).ToArray();
            for (var n = 0; n < own.Length; n++)
            {
                Posix.SendAll(files[i], Frames.Masked(Subscription(own[n], n)));
                var due = (i * (Points / sockets)) + (n * Filters) + own[n].Length;
                Until(() => _unspent == due);
            }
        }
    }

    private static byte[] Subscription(PublicKey[] ys, int number)
    {
        var filters = string.Join(',', ys.Select(y => $"\"{y}\""));
        var parameters = $$"""{"kind":"proof_state","subId":"s{{number}}","filters":[{{filters}}]}""";
        return Encoding.ASCII.GetBytes($$"""{"jsonrpc":"2.0","id":{{number}},"method":"subscribe","params":{{parameters}}}""");
    }

    private void Swap(HttpAnswer wallet, byte[] swap, int number)
    {
        _arrived = 0;
        long answered = 0;
        var sent = Stopwatch.GetTimestamp();
        Posix.SendAll(wallet.Socket, swap);
        Until(() => _arrived == 4 && answered != 0, () =>
        {
            if (!wallet.Read(wait: false)) return;
            answered = Stopwatch.GetTimestamp();
            Ecash.RequireSix(wallet.Body);
        });
        for (var i = 4 * number; i < 4 * number + 4; i++)
        {
            if (_spent[i] == 0) throw new IOException($"Frames came, but not of proof {i}.");
            if (number < WarmUp) continue;
            _fromRequest.Add(Stopwatch.GetElapsedTime(sent, _spent[i]));
            _fromAnswer.Add(Stopwatch.GetElapsedTime(Math.Min(answered, _spent[i]), _spent[i]));
        }
    }

    private void Until(Func<bool> done, Action? onHttp = null)
    {
        var ids = new int[64];
        var scratch = new byte[64 * 16];
        var began = Stopwatch.GetTimestamp();
        while (!done())
        {
            foreach (var id in ids.AsSpan(0, Posix.Wait(_poll, ids, scratch, 1000)))
            {
                if (id == Http) onHttp?.Invoke();
                else if (!_streams[id].Read(Take)) throw new IOException($"The server closed socket {id}.");
            }
            if (Stopwatch.GetElapsedTime(began) > Patience) throw new IOException("Frames that are due do not come.");
        }
    }

    /// <summary><c>…"payload":{"Y":"02…","state":"SPENT",…</c>; the answer to a subscription has no Y.</summary>
    private void Take(ReadOnlySpan<byte> utf8)
    {
        var at = utf8.IndexOf("\"Y\":\""u8);
        if (at < 0)
        {
            if (utf8.IndexOf("\"OK\""u8) < 0) throw new IOException($"A socket was told: {Encoding.UTF8.GetString(utf8)}");
            return;
        }

        var number = _numbers[Encoding.ASCII.GetString(utf8.Slice(at + 5, 2 * PublicKey.Length))];
        if (utf8.IndexOf("\"UNSPENT\""u8) >= 0) _unspent++;
        else if (utf8.IndexOf("\"SPENT\""u8) < 0 || _spent[number] != 0) throw new IOException($"Not due: {Encoding.UTF8.GetString(utf8)}");
        else
        {
            _spent[number] = Stopwatch.GetTimestamp();
            _arrived++;
        }
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
