namespace Turnpike.Kernel.Storage;

/// <summary>The data folder, held against every other process for as long as this lives.</summary>
internal sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _lock;

    private DataFolder(FileStream file) => _lock = file;

    /// <summary>Makes the folder if there is none, with owner-only rights, and takes its lock.</summary>
    /// <exception cref="StorageException">It cannot be written to, or another process has it.</exception>
    public static DataFolder Take(string folder)
    {
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else if (!Directory.Exists(folder)) Directory.CreateDirectory(folder, OwnerOnly);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The data folder {folder} cannot be made: {exception.Message}", exception);
        }

        var file = Path.Combine(folder, "lock");
        try
        {
            // On Unix this is flock: it goes with the process, however that ends.
            return new(new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1));
        }
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException) && IsHeld(exception))
        {
            throw new StorageException($"The data folder {folder} is in use by another process; a folder has one server at a time.",
                exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The data folder {folder} cannot be written to: {exception.Message}", exception);
        }
    }

    public void Dispose() => _lock.Dispose();

    // EWOULDBLOCK, as .NET hands it on: 11 on Linux, 35 on macOS.
    private static bool IsHeld(IOException exception) => exception.HResult is 11 or 35;
}
