using System.Runtime.InteropServices;

namespace Turnpike.Cashu.Client;

/// <summary>Makes the names in a folder survive a power cut; .NET opens no folders.</summary>
internal static partial class FolderNames
{
    private const int ReadOnlyDirectory = 0x10000 | 0x80000;    // O_RDONLY | O_DIRECTORY | O_CLOEXEC

    /// <summary>Flushes a folder to the disk; elsewhere than on Linux the file system's own order must do.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static void Flush(string folder)
    {
        if (!OperatingSystem.IsLinux()) return;
        var descriptor = Open(folder, ReadOnlyDirectory);
        if (descriptor < 0) throw new IOException($"{folder}: {Marshal.GetLastPInvokeErrorMessage()}");
        var flushed = Fsync(descriptor);
        var message = Marshal.GetLastPInvokeErrorMessage();
        _ = Close(descriptor);
        if (flushed != 0) throw new IOException($"{folder}: {message}");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
