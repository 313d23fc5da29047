using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Turnpike.Conformance;

/// <summary>A process that a test started: its lines as they come, its end, signals. Killed when the test forgets it.</summary>
public sealed partial class ChildProcess : IAsyncDisposable
{
    public const int Interrupt = 2;
    public const int Terminate = 15;
    public const int Resume = 18;
    public const int Stop = 19;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly List<(Regex Pattern, TaskCompletionSource<Match> Found)> _waiters = [];
    private readonly Task _ended;

    private ChildProcess(Process process)
    {
        _process = process;
        _ended = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    /// <summary>What it wrote so far, both streams, in the order in which the lines came.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock) return [.. _lines];
        }
    }

    public bool HasExited => _process.HasExited;

    public int Id => _process.Id;

    /// <summary>Starts <paramref name="file"/> in <paramref name="folder"/>.</summary>
    public static ChildProcess Start(
        string file, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string>? environment = null)
    {
        // A shell starts what runs in the background with SIGINT ignored, and that is handed down to everything beneath.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", file, .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new ChildProcess(process);
    }

    /// <summary>The first line, past or to come, that matches; fails with everything it wrote if it ends before that.</summary>
    public async Task<Match> WaitForLineAsync([StringSyntax("Regex")] string pattern)
    {
        var regex = new Regex(pattern, RegexOptions.CultureInvariant);
        var found = new TaskCompletionSource<Match>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_lines.Select(l => regex.Match(l)).FirstOrDefault(m => m.Success) is { } match) return match;
            _waiters.Add((regex, found));
        }

        var first = await Task.WhenAny(found.Task, _ended).WaitAsync(Patience);
        Assert.True(first == found.Task || found.Task.IsCompleted, $"The process ended without a line like {pattern}; it said:\n{Text()}");
        return await found.Task;
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    /// <summary>SIGKILL, and waits until the process is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await ExitAsync();
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code; 128 + n after signal n.</returns>
    public async Task<int> ExitAsync()
    {
        await _ended.WaitAsync(Patience);
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>Everything it wrote.</summary>
    public string Text() => string.Join('\n', Lines);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_lock)
            {
                _lines.Add(line);
                foreach (var (pattern, found) in _waiters)
                {
                    if (pattern.Match(line) is { Success: true } match) found.TrySetResult(match);
                }
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
