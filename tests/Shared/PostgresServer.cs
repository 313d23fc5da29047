using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;

namespace Turnpike.Tests;

/// <summary>
/// A PostgreSQL of the test run's own, from Debian's package: a data folder of its own, a loopback port, a password that nobody knows.
/// It ends with this process, also when that is killed.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    // As root the server runs as Debian's user for it: PostgreSQL refuses root.
    private const string User = "postgres";

    private static readonly Lazy<Task<PostgresServer>> OfProcess = new(() => StartAsync());
    private static int _databases;

    private readonly string _folder;
    private readonly string _password;
    private readonly string[] _settings;
    private readonly string? _preload;
    private Process? _process;

    private PostgresServer(string folder, string password, int port, string[] settings, string? preload)
    {
        _folder = folder;
        _password = password;
        _settings = settings;
        _preload = preload;
        Port = port;
    }

    /// <summary>Its loopback port, also after a restart.</summary>
    public int Port { get; }

    /// <summary>The folder of PostgreSQL's programs, the newest version.</summary>
    public static string Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql")
            .OrderByDescending(d => int.TryParse(Path.GetFileName(d), out var version) ? version : 0).Select(d => Path.Combine(d, "bin")).First()
        : throw new InvalidOperationException("PostgreSQL is missing: apt-get install postgresql");

    /// <summary>The one that this process shares; for tests that don't stop it.</summary>
    public static Task<PostgresServer> SharedAsync() => OfProcess.Value;

    /// <summary>Makes and starts a server.</summary>
    /// <param name="settings">More settings, as <c>name=value</c>.</param>
    /// <param name="preload">A library that the server's processes load before all others.</param>
    public static async Task<PostgresServer> StartAsync(string[]? settings = null, string? preload = null)
    {
        // Not the temporary folder, which may lie in memory, where an fsync costs nothing; nor a home, which its user may not enter.
        var folder = Directory.CreateDirectory(Path.Combine("/var/tmp", "turnpike-postgres-" + Path.GetRandomFileName())).FullName;
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var secret = Path.Combine(folder, "password");
        await File.WriteAllTextAsync(secret, password);
        if (Environment.UserName == "root") await RunAsync("chown", "-R", User, folder);
        await RunAsUserAsync(Path.Combine(Programs, "initdb"), "-D", Path.Combine(folder, "data"), "-U", User, "--auth=scram-sha-256",
            "--pwfile", secret, "--encoding=UTF8", "--no-locale", "--no-sync");
        var server = new PostgresServer(folder, password, FreePort(), settings ?? [], preload);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.KillAndDelete();
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    /// <summary>How to connect to one of its databases.</summary>
    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={Port};Username={User};Password={_password};Database={database}";

    /// <summary>Runs one of PostgreSQL's programs against this server, such as <c>pg_dump</c>.</summary>
    /// <returns>What it printed.</returns>
    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public Task<string> RunToolAsync(string program, params string[] arguments)
    {
        var info = new ProcessStartInfo(Path.Combine(Programs, program), arguments);
        (info.Environment["PGHOST"], info.Environment["PGPORT"]) = ("127.0.0.1", $"{Port}");
        (info.Environment["PGUSER"], info.Environment["PGPASSWORD"]) = (User, _password);
        return RunAsync(info);
    }

    /// <summary>Stops it: <c>fast</c> in order, <c>immediate</c> like a crash.</summary>
    public async Task StopAsync(string mode)
    {
        await RunAsUserAsync(Path.Combine(Programs, "pg_ctl"), "-D", Path.Combine(_folder, "data"), "-m", mode, "-w", "stop");
        if (_process is not null) await _process.WaitForExitAsync();
        _process = null;
    }

    /// <summary>Starts it, on the same port with the same data; returns when it answers.</summary>
    public async Task StartAgainAsync()
    {
        string[] settings =
        [
            $"port={Port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=300", "shared_buffers=128MB",
            "max_wal_size=2GB", "log_min_messages=fatal", .. _settings,
        ];
        string[] arguments = [Path.Combine(Programs, "postgres"), "-D", Path.Combine(_folder, "data"), .. settings.SelectMany(s => new[] { "-c", s })];
        var info = AsUser(["--pdeathsig", "QUIT"], arguments);
        if (_preload is not null) info.Environment["LD_PRELOAD"] = _preload;
        _process = StartAndStay(info);
        while (!await AnswersAsync())
        {
            if (_process.HasExited) throw new InvalidOperationException($"PostgreSQL ended with code {_process.ExitCode}; see above.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await StopAsync("immediate");
        KillAndDelete();
    }

    // The signal at the parent's death comes when the thread that started it ends, so that thread stays.
    private static Process StartAndStay(ProcessStartInfo info)
    {
        var started = new TaskCompletionSource<Process>();
        new Thread(() =>
        {
            try
            {
                var process = Process.Start(info)!;
                started.SetResult(process);
                process.WaitForExit();
            }
            catch (Exception exception) when (!started.Task.IsCompleted)
            {
                started.SetException(exception);
            }
        })
        { IsBackground = true, Name = "postgres" }.Start();
        return started.Task.GetAwaiter().GetResult();
    }

    private async Task<bool> AnswersAsync()
    {
        // Waits at most a second for the port, which is as long as it takes and no longer.
        using var ready = Process.Start(new ProcessStartInfo(Path.Combine(Programs, "pg_isready"),
            ["-q", "-h", "127.0.0.1", "-p", $"{Port}", "-t", "1"]))!;
        await ready.WaitForExitAsync();
        return ready.ExitCode == 0;
    }

    private void KillAndDelete()
    {
        if (_process is { HasExited: false }) _process.Kill(entireProcessTree: true);
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private static Task<string> RunAsUserAsync(params string[] command) => RunAsync(AsUser([], command));

    private static Task<string> RunAsync(string program, params string[] arguments) => RunAsync(new ProcessStartInfo(program, arguments));

    private static async Task<string> RunAsync(ProcessStartInfo info)
    {
        info.RedirectStandardOutput = info.RedirectStandardError = true;
        info.WorkingDirectory = "/";
        using var process = Process.Start(info)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{info.FileName} ended with code {process.ExitCode}: {await output}{await errors}");
        return await output;
    }

    private static ProcessStartInfo AsUser(string[] options, string[] command)
    {
        string[] identity = Environment.UserName == "root" ? ["--reuid", User, "--regid", User, "--clear-groups"] : [];
        return new("setpriv", [.. identity, .. options, "--", .. command]) { WorkingDirectory = "/" };
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
