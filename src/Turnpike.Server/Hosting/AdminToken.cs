using System.Security.Cryptography;
using System.Text;

namespace Turnpike.Server.Hosting;

/// <summary>Who may administer: whoever can read this process's token.</summary>
internal sealed class AdminToken
{
    /// <summary>Its file's name in the data folder.</summary>
    public const string FileName = "admin-token";

    private byte[]? _token;

    /// <summary>Makes a token and writes its file. Before this, and where there is no place for the file, nobody is let in.</summary>
    /// <param name="folder">The data folder, which this process has for itself; over PostgreSQL there may be none.</param>
    /// <param name="named">The file that the configuration names instead; empty for none.</param>
    /// <param name="logger">Told if the file cannot be written.</param>
    public void Open(string folder, string named, ILogger logger)
    {
        if (named.Length == 0 && !Directory.Exists(folder)) return;
        try
        {
            Write(named.Length > 0 ? Path.GetFullPath(named) : Path.Combine(folder, FileName));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            logger.AdminClosed(exception.Message);
        }
    }

    /// <summary>Whether a request has it; the time taken says nothing of it.</summary>
    public bool IsIn(string? authorization) =>
        _token is { } token && AdminGate.TokenOf(authorization) is { } given
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), token);

    private void Write(string file)
    {
        var token = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        File.Delete(file);      // a file that is there keeps its rights
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(file, options))
        {
            stream.Write(token);
            stream.WriteByte((byte)'\n');
        }

        _token = token;
    }
}
