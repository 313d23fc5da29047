using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Turnpike.Cli;

/// <summary>A <c>turnpike serve</c> of this build as a process of its own: for the demonstration, the soaks, the bench and tests.</summary>
internal sealed partial class ChildServer : IAsyncDisposable
{
    private const int LinesKept = 200;
    private const int SigTerm = 15;
    private const int SigContinue = 18;
    private const int SigStop = 19;
    private readonly Process _process;
    private readonly Queue<string> _lines = new();
    private readonly List<string> _errors = [];
    private readonly TaskCompletionSource<(Uri Main, Uri Streams)> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildServer(Process process) => _process = process;

    /// <summary>The address of everything.</summary>
    public Uri Main { get; private set; } = null!;

    /// <summary>The address of event streams and health.</summary>
    public Uri Streams { get; private set; } = null!;

    /// <summary>The stream listener as a socket address.</summary>
    public IPEndPoint StreamEndPoint => new(IPAddress.Parse(Streams.Host), Streams.Port);

    /// <summary>The main listener as a socket address.</summary>
    public IPEndPoint MainEndPoint => new(IPAddress.Parse(Main.Host), Main.Port);

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>What the process has had of the cores so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>True once the process is gone.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The last lines that the server wrote.</summary>
    public string Output
    {
        get { lock (_lines) return string.Join('\n', _lines); }
    }

    /// <summary>The first lines in which the server tells of a fault of its own.</summary>
    public IReadOnlyList<string> Errors
    {
        get { lock (_lines) return [.. _errors]; }
    }

    /// <summary>Starts a server on a data folder and waits until it is ready.</summary>
    /// <param name="data">The data folder; it exists.</param>
    /// <param name="port">Of everything; 0 for any.</param>
    /// <param name="streamPort">Of the streams; 0 for any.</param>
    /// <param name="settings">Further settings, as <c>Turnpike:Sockets:…</c>.</param>
    /// <param name="cancellation">Gives up and ends the process.</param>
    /// <exception cref="IOException">It ended instead of becoming ready; the message is what it wrote.</exception>
    public static async Task<ChildServer> StartAsync(
        string data, int port, int streamPort, IReadOnlyDictionary<string, string> settings, CancellationToken cancellation)
    {
        var start = Command();
        string[] arguments = ["serve", "--data", Path.GetFullPath(data), "--port", $"{port}", "--stream-port", $"{streamPort}"];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        // Only what is said here counts: neither settings of the caller's nor an appsettings.json where it happens to stand.
        start.WorkingDirectory = data;
        foreach (var key in start.Environment.Keys.Where(k => k.StartsWith("Turnpike", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(key);
        foreach (var (key, value) in settings) start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        start.RedirectStandardOutput = start.RedirectStandardError = true;

        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var server = new ChildServer(process);
        process.OutputDataReceived += (_, e) => server.Took(e.Data);
        process.ErrorDataReceived += (_, e) => server.Took(e.Data);
        process.Exited += (_, _) => server._ready.TrySetException(new IOException("The server ended before it was ready."));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            (server.Main, server.Streams) = await server._ready.Task.WaitAsync(cancellation);
            return server;
        }
        catch (IOException error)
        {
            await process.WaitForExitAsync(CancellationToken.None);     // until all of its output is read
            var said = server.Output;
            await server.DisposeAsync();
            throw new IOException($"{error.Message} It said:\n{said}");
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>How to run this build's <c>turnpike</c>; arguments are still to be added.</summary>
    /// <remarks>By the host that runs us, since another may not be installed where an app host looks for it.</remarks>
    public static ProcessStartInfo Command()
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "turnpike.dll");
        if (!File.Exists(assembly)) return new ProcessStartInfo(Environment.ProcessPath!);
        var host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..", "dotnet"));
        var start = new ProcessStartInfo(host);
        start.ArgumentList.Add(assembly);
        return start;
    }

    /// <summary>SIGKILL: what a crash or a power cut leaves is what is on disk.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>SIGSTOP: it hangs, as a machine does that swaps or is moved.</summary>
    public void Pause() => _ = Kill(_process.Id, SigStop);

    /// <summary>SIGCONT: it goes on, and does not know that it hung.</summary>
    public void Continue() => _ = Kill(_process.Id, SigContinue);

    /// <summary>SIGTERM, and waits for the orderly end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync(CancellationToken cancellation)
    {
        // A failure means that it ended by itself; its exit code tells.
        if (!_process.HasExited) _ = Kill(_process.Id, SigTerm);
        await _process.WaitForExitAsync(cancellation);
        return _process.ExitCode;
    }

    /// <summary>Kills the process if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    private void Took(string? line)
    {
        if (line is null) return;
        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > LinesKept) _lines.Dequeue();
            if (_errors.Count < LinesKept && ErrorLine().IsMatch(line)) _errors.Add(line);
        }
        if (ReadyLine().Match(line) is { Success: true } ready)
            _ready.TrySetResult((new Uri(ready.Groups[1].Value), new Uri(ready.Groups[2].Value)));
    }

    [GeneratedRegex(@"Turnpike is ready on (http\S+); streams on (http\S+)")]
    private static partial Regex ReadyLine();

    [GeneratedRegex(@"^\S+ \S+ (fail|crit): ")]
    private static partial Regex ErrorLine();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
