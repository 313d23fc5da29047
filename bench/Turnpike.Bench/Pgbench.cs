using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Turnpike.Tests;

namespace Turnpike.Bench;

/// <summary>PostgreSQL's own bench, simple update (<c>-N -M prepared</c>): the same commits with nothing of ours.</summary>
internal static partial class Pgbench
{
    public static async Task PrepareAsync(PostgresServer server, string database) =>
        await RunAsync(server, database, "-i", "-q", "-s", "10");

    /// <returns>Transactions a second.</returns>
    public static async Task<double> RateAsync(PostgresServer server, string database, int connections, TimeSpan time)
    {
        var output = await RunAsync(server, database, "-N", "-M", "prepared", "-n",
            "-c", Text(connections), "-j", Text(Environment.ProcessorCount), "-T", Text((int)time.TotalSeconds));
        return double.Parse(Tps().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static async Task<string> RunAsync(PostgresServer server, string database, params string[] arguments)
    {
        var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString(database));
        var start = new ProcessStartInfo(Path.Combine(PostgresServer.Programs, "pgbench"),
            ["-h", connection.Host!, "-p", Text(connection.Port), "-U", connection.Username!, .. arguments, database])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PGPASSWORD"] = connection.Password;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new IOException($"pgbench ended with {process.ExitCode}: {await errors}");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"tps = ([0-9.]+)")]
    private static partial Regex Tps();
}
