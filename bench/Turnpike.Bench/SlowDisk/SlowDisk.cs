using System.Diagnostics;
using Turnpike.Bench.Harness;

namespace Turnpike.Bench;

/// <summary>The library that makes a database's disk slower, compiled where it is used.</summary>
internal static class SlowDisk
{
    /// <summary>Compiles it.</summary>
    /// <param name="folder">Where to put it; the database's user must be able to read it.</param>
    /// <returns>The library; null, after a note, where there is no gcc.</returns>
    public static async Task<string?> BuildAsync(string folder)
    {
        var library = Path.Combine(folder, "slowdisk.so");
        var source = Path.Combine(AppContext.BaseDirectory, "SlowDisk", "slowdisk.c");
        try
        {
            using var gcc = Process.Start("gcc", ["-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"]);
            await gcc.WaitForExitAsync();
            if (gcc.ExitCode != 0) throw new IOException("gcc could not compile slowdisk.c; its words are above.");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Report.Note("  the rows with a slow disk are left out: they need gcc (Debian: gcc, libc6-dev)");
            return null;
        }

        return library;
    }
}
