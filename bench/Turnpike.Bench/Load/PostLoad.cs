using System.Diagnostics;
using System.Globalization;

namespace Turnpike.Bench.Load;

/// <summary>Posters on one thread, each with a connection of its own and one transaction under way; 202s are counted.</summary>
/// <remarks>
/// All is signed and written before it begins. Lines from the harness: <c>start</c>, <c>mark</c>; the end of input ends it.
/// </remarks>
internal sealed class PostLoad(int port, int posters, int transactions)
{
    private readonly HttpAnswer[] _posters = new HttpAnswer[posters];
    private byte[][] _requests = [];
    private int _next;
    private long _accepted;

    public void Run()
    {
        _requests = Transactions.Requests(0, transactions, posters);
        var poll = Posix.CreatePoll();
        for (var i = 0; i < posters; i++)
        {
            _posters[i] = new HttpAnswer(Posix.Connect(port, 1), 202);
            Posix.Watch(poll, _posters[i].Socket, i);
        }
        var control = new Control(poll);
        Console.WriteLine("connected");

        var ids = new int[256];
        var scratch = new byte[256 * 16];
        while (true)
        {
            var ready = Posix.Wait(poll, ids, scratch, 1000);
            for (var i = 0; i < ready; i++)
            {
                if (ids[i] == Control.Id)
                {
                    if (!control.Read(Obey)) return;
                }
                else if (_posters[ids[i]].Read(wait: false))
                {
                    _accepted++;
                    Post(_posters[ids[i]]);
                }
            }
        }
    }

    private void Post(HttpAnswer poster)
    {
        if (_next == _requests.Length) throw new IOException($"All of the {transactions} transactions are posted before the window's end.");
        Posix.SendAll(poster.Socket, _requests[_next++]);
    }

    private void Obey(string line)
    {
        if (line == "start")
        {
            foreach (var poster in _posters) Post(poster);
            return;
        }
        var at = Stopwatch.GetTimestamp() * 1000.0 / Stopwatch.Frequency;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"mark {at:F3} {_accepted} {Environment.CpuUsage.TotalTime.TotalMilliseconds:F1}"));
    }
}
