using System.Security.Cryptography;

namespace Turnpike.Kernel.Storage;

/// <summary>Copies the database while a server uses it, from this process or another; the server is not slowed.</summary>
public static class Backup
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a consistent copy, as of one moment between two commits. It is on the disk, whole, before it has its name.</summary>
    /// <param name="databaseFile">The database, <c>turnpike.db</c> in the data folder.</param>
    /// <param name="target">The copy; must not exist.</param>
    /// <param name="cancellation">Stops the copying and leaves nothing behind.</param>
    /// <exception cref="StorageException">There is no such database, the target exists, or the disk is full.</exception>
    public static Task WriteAsync(string databaseFile, string target, CancellationToken cancellation) =>
        // A thread of its own: copying blocks for as long as the disk takes.
        Task.Factory.StartNew(() => Write(databaseFile, Path.GetFullPath(target), cancellation), cancellation,
            TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Write(string databaseFile, string target, CancellationToken cancellation)
    {
        if (!File.Exists(databaseFile)) throw new StorageException($"There is no database {databaseFile}.");
        RequireFree(target);
        var folder = Path.GetDirectoryName(target)!;
        var partial = Path.Combine(folder,
            $".{Path.GetFileName(target)}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.partial");
        try
        {
            CreateEmpty(partial);
            Copy(databaseFile, partial, cancellation);
            DurableFile.Flush(partial);
            RequireFree(target);
            File.Move(partial, target, overwrite: false);
            DurableFile.FlushFolder(folder);
        }
        catch (SqliteFailure failure)
        {
            cancellation.ThrowIfCancellationRequested();
            throw failure.AsUnavailable() is { } unavailable
                ? new StorageException($"The backup {target} was not written: {unavailable.Message}", failure)
                : new StorageException($"The backup {target} was not written: {failure.Reason}.", failure);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The backup {target} was not written: {exception.Message}", exception);
        }
        finally
        {
            if (File.Exists(partial)) File.Delete(partial);
        }
    }

    private static void Copy(string databaseFile, string partial, CancellationToken cancellation)
    {
        using var connection = SqliteConnection.Open(databaseFile, create: false, maxStatements: 16);
        using var registration = cancellation.UnsafeRegister(static c => ((SqliteConnection)c!).Interrupt(), connection);
        cancellation.ThrowIfCancellationRequested();
        // Not the backup API: each commit of another process makes it start again, and under load it never ends.
        connection.Execute("VACUUM INTO $1", partial);
    }

    // VACUUM INTO takes an empty file; made here so that nobody but the owner can read it, not even while it grows.
    private static void CreateEmpty(string file)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        new FileStream(file, options).Dispose();
    }

    private static void RequireFree(string target)
    {
        if (Path.Exists(target)) throw new StorageException($"{target} exists; a backup overwrites nothing.");
    }
}
