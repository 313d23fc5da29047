using System.Runtime.InteropServices;

namespace Turnpike.Bench.Harness;

/// <summary>What the figures depend on.</summary>
internal static class Machine
{
    public static string Describe()
    {
        var processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
        var memory = File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        return $"{Environment.ProcessorCount} cores ({processor ?? RuntimeInformation.ProcessArchitecture.ToString()}), "
            + $"{long.Parse(memory, System.Globalization.CultureInfo.InvariantCulture) >> 20} GiB, {RuntimeInformation.FrameworkDescription}, "
            + $"Linux {Environment.OSVersion.Version}, load {load}; client and server on this machine, loopback";
    }
}
