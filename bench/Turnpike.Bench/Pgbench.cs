using System.Globalization;
using System.Text.RegularExpressions;
using Turnpike.Tests;

namespace Turnpike.Bench;

/// <summary>PostgreSQL's own bench, simple update (<c>-N -M prepared</c>): the same commits with nothing of ours.</summary>
internal static partial class Pgbench
{
    public static async Task PrepareAsync(PostgresServer server, string database) =>
        await server.RunToolAsync("pgbench", "-i", "-q", "-s", "10", database);

    /// <returns>Transactions a second.</returns>
    public static async Task<double> RateAsync(PostgresServer server, string database, int connections, TimeSpan time)
    {
        var output = await server.RunToolAsync("pgbench", "-N", "-M", "prepared", "-n",
            "-c", Text(connections), "-j", Text(Environment.ProcessorCount), "-T", Text((int)time.TotalSeconds), database);
        return double.Parse(Tps().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"tps = ([0-9.]+)")]
    private static partial Regex Tps();
}
