using System.Runtime.InteropServices;

namespace Turnpike.Kernel;

/// <summary>Makes what was written to a file, and its name, survive a power cut.</summary>
public static partial class DurableFile
{
    private const int ReadOnlyDirectory = 0x10000 | 0x80000;    // O_RDONLY | O_DIRECTORY | O_CLOEXEC

    /// <summary>Flushes a file's content to the disk.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static void Flush(string file)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>
    /// Flushes a folder's names to the disk; .NET opens no folders. Elsewhere than on Linux the file system's own order must do.
    /// </summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static void FlushFolder(string folder)
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
