using System.Runtime.InteropServices;
using SQLitePCL;

namespace Turnpike.Kernel.Storage;

/// <summary>The system's SQLite, not one that a package brings along: the distribution keeps it patched.</summary>
internal static class SqliteLibrary
{
    // The plain .so comes only with the -dev package.
    private const string File = "libsqlite3.so.0";
    private static readonly Lazy<bool> Loaded = new(Load);

    /// <summary>Loads the library once per process.</summary>
    /// <exception cref="StorageException">It is not installed.</exception>
    public static void Require() => _ = Loaded.Value;

    private static bool Load()
    {
        if (!NativeLibrary.TryLoad(File, out var library))
            throw new StorageException($"{File} is missing; install Debian's package libsqlite3-0.");
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly,
            (name, _, _) => name == "e_sqlite3" ? library : 0);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return true;
    }
}
