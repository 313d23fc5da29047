using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Turnpike.Bench.Harness;

/// <summary>A server or the load client as a process of its own, spoken to in lines.</summary>
internal sealed class Child : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly Process _process;
    private readonly string _name;

    private Child(string name, ProcessStartInfo start)
    {
        _name = name;
        start.RedirectStandardInput = start.RedirectStandardOutput = true;
        _process = Launch(start);
    }

    public int Id => _process.Id;

    /// <summary>This executable again, with other arguments.</summary>
    public static Child Self(params string[] arguments)
    {
        var runtime = Environment.ProcessPath!;
        var start = new ProcessStartInfo(runtime);
        if (Path.GetFileNameWithoutExtension(runtime) == "dotnet") start.ArgumentList.Add(typeof(Child).Assembly.Location);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return new Child(string.Join(' ', arguments), start);
    }

    public static Child Program(string file, params string[] arguments) =>
        new($"{file} {string.Join(' ', arguments)}", new ProcessStartInfo(file, arguments));

    /// <exception cref="IOException">The program is not there.</exception>
    public static Process Launch(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;       // null only where a shell is asked to open something
        }
        catch (Win32Exception missing)
        {
            const string hint = "the peers need node and npm (Debian: nodejs, npm)";
            throw new IOException($"{start.FileName} cannot be started ({missing.Message}); {hint}.");
        }
    }

    public void Tell(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>The numbers after <paramref name="word"/> in the next line, which must begin with it.</summary>
    public async Task<double[]> HearAsync(string word)
    {
        string? line;
        try
        {
            line = await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            throw new IOException($"`{_name}` said nothing for {Patience.TotalSeconds:0} s; '{word}' was due.");
        }
        if (line is null) throw new IOException($"`{_name}` ended; '{word}' was due. Its own words are above.");
        var parts = line.Split(' ');
        if (parts[0] != word) throw new IOException($"`{_name}` said '{line}'; '{word}' was due.");
        return [.. parts.Skip(1).Select(part => double.Parse(part, CultureInfo.InvariantCulture))];
    }

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes()
    {
        var line = File.ReadLines($"/proc/{Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.AsSpan(6, line.Length - 6 - 2).Trim(), CultureInfo.InvariantCulture);
    }

    public TimeSpan ProcessorTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
