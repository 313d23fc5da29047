using System.Globalization;
using System.Runtime.InteropServices;

namespace Turnpike.Bench.Harness;

/// <summary>What the figures depend on.</summary>
internal static class Machine
{
    public static string Describe()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        var processor = model?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
        var memory = File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        return $"{Environment.ProcessorCount} cores ({processor}), "
            + $"{long.Parse(memory, CultureInfo.InvariantCulture) >> 20} GiB, {RuntimeInformation.FrameworkDescription}, "
            + $"Linux {Environment.OSVersion.Version}, load {load}; client and server on this machine, loopback";
    }
}
