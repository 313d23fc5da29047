namespace Turnpike.Conformance;

/// <summary>The real server as a process of its own: <c>turnpike serve</c> on free ports and a data folder of the test's.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly TemporaryFolder? _own;
    private readonly string[] _arguments;

    private ServerProcess(ChildProcess process, string folder, TemporaryFolder? own, string[] arguments, string main, string streams)
    {
        _process = process;
        _own = own;
        _arguments = arguments;
        Folder = folder;
        Main = new Uri(main);
        Streams = new Uri(streams);
        Http = new HttpClient { BaseAddress = Main };
    }

    /// <summary>The address of everything.</summary>
    public Uri Main { get; }

    /// <summary>The address of event streams and health.</summary>
    public Uri Streams { get; }

    /// <summary>The working folder; the data folder is <c>data</c> in it.</summary>
    public string Folder { get; }

    /// <summary>The data folder.</summary>
    public string Data => Path.Combine(Folder, "data");

    /// <summary>A client of <see cref="Main"/>.</summary>
    public HttpClient Http { get; }

    /// <summary>The server's log so far, a line for each entry.</summary>
    public IReadOnlyList<string> Log => _process.Lines;

    public int ProcessId => _process.Id;

    /// <summary>Starts a server in a folder of its own and waits until it is ready.</summary>
    /// <param name="arguments">More arguments of <c>turnpike serve</c>.</param>
    public static Task<ServerProcess> StartAsync(params string[] arguments)
    {
        var own = new TemporaryFolder();
        return StartAsync(own.Path, own, ["--port", "0", "--stream-port", "0", .. arguments]);
    }

    /// <summary>Starts a server in a folder that the test owns (and that outlives the server).</summary>
    public static Task<ServerProcess> StartInAsync(string folder, params string[] arguments) =>
        StartAsync(folder, null, ["--port", "0", "--stream-port", "0", .. arguments]);

    /// <summary>Waits for a line in the log, past or to come.</summary>
    public Task<System.Text.RegularExpressions.Match> WaitForLogAsync(string pattern) => _process.WaitForLineAsync(pattern);

    /// <summary>SIGKILL: the server has no chance to save anything.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>SIGSTOP: the server hangs.</summary>
    public void Pause() => _process.Signal(ChildProcess.Stop);

    /// <summary>SIGCONT: the server goes on, and does not know that it hung.</summary>
    public void Continue() => _process.Signal(ChildProcess.Resume);

    /// <summary>SIGTERM (or <paramref name="signal"/>), and waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync(int signal = ChildProcess.Terminate)
    {
        _process.Signal(signal);
        return await _process.ExitAsync();
    }

    /// <summary>After its end: a new process on the same folder and the same ports. This object must not be used any more but for its log.</summary>
    public async Task<ServerProcess> RestartAsync()
    {
        Assert.True(_process.HasExited, "Stop or kill the server before it is started again.");
        Http.Dispose();
        string[] ports = ["--port", $"{Main.Port}", "--stream-port", $"{Streams.Port}"];
        return await StartAsync(Folder, _own, [.. ports, .. _arguments[4..]]);
    }

    /// <summary>Ends a server that still runs, and asserts that it ended in order.</summary>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        try
        {
            if (!_process.HasExited) Assert.True(await StopAsync() == 0, $"The server did not end in order; it said:\n{_process.Text()}");
        }
        finally
        {
            await _process.DisposeAsync();
            if (_own is not null && Directory.Exists(_own.Path)) _own.Dispose();
        }
    }

    private static async Task<ServerProcess> StartAsync(string folder, TemporaryFolder? own, string[] arguments)
    {
        var process = TurnpikeCommand.Start(folder, ["serve", .. arguments]);
        try
        {
            var ready = await process.WaitForLineAsync(@"Turnpike is ready on ([^;\s]+); streams on ([^\s""]+)");
            return new ServerProcess(process, folder, own, arguments, ready.Groups[1].Value, ready.Groups[2].Value);
        }
        catch
        {
            await process.DisposeAsync();
            own?.Dispose();
            throw;
        }
    }
}
