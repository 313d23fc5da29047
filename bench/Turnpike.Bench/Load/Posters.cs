namespace Turnpike.Bench.Load;

/// <summary>Connections on one thread, each with one request under way; what is not answered by 200 ends the bench.</summary>
internal sealed class Posters(int port, int connections)
{
    private const int Ok = 200;
    private readonly HttpAnswer?[] _answers = new HttpAnswer?[connections];
    private readonly int[] _current = new int[connections];     // of each connection, the number of its request
    private readonly int _poll = Posix.CreatePoll();

    /// <summary>Sends all of the requests and returns when all are answered.</summary>
    /// <param name="requests">In this order, though some at once.</param>
    /// <param name="answered">Takes each answer: the request's number, and the body, which is good until it returns.</param>
    public void Run(ReadOnlySpan<byte[]> requests, Action<int, ReadOnlyMemory<byte>> answered)
    {
        var next = 0;
        for (var i = 0; i < _answers.Length && next < requests.Length; i++) Send(i, next, requests[next++]);
        var ids = new int[_answers.Length];
        var scratch = new byte[_answers.Length * 16];
        for (var done = 0; done < requests.Length;)
        {
            foreach (var id in ids.AsSpan(0, Posix.Wait(_poll, ids, scratch, 1000)))
            {
                if (!_answers[id]!.Read(wait: false)) continue;
                answered(_current[id], _answers[id]!.Body);
                done++;
                if (next < requests.Length) Send(id, next, requests[next++]);
            }
        }
    }

    private void Send(int connection, int number, byte[] request)
    {
        _current[connection] = number;
        Posix.SendAll((_answers[connection] ??= Connect(connection)).Socket, request);
    }

    /// <summary>With its first request: the server does not wait for long for one.</summary>
    private HttpAnswer Connect(int connection)
    {
        var answer = new HttpAnswer(Posix.Connect(port, 1), Ok);
        Posix.Watch(_poll, answer.Socket, connection);
        return answer;
    }
}
