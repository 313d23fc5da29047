using System.Text.Json;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Client;

/// <summary>
/// Where a wallet is kept: one file for its owner only (0600), always a whole one, since each change is written beside it and moved into
/// its place. One program at a time may have it open.
/// </summary>
public sealed class WalletFile : IDisposable
{
    private const int CurrentVersion = 1;
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly FileStream _inUse;
    private WalletModel _model = null!;

    private WalletFile(string path, FileStream inUse) => (_path, _inUse) = (path, inUse);

    /// <summary>The mint's address.</summary>
    public Uri Mint => new(Model.Mint);

    /// <summary>The unit, <c>sat</c> for example.</summary>
    public string Unit => Model.Unit;

    /// <summary>The words from which all of it can be restored, as long as the mint exists. A secret.</summary>
    public string Words => Model.Mnemonic;

    internal WalletModel Model
    {
        get
        {
            lock (_lock) return _model;
        }
    }

    /// <summary>Makes a new wallet.</summary>
    /// <param name="path">A file that does not exist yet, in a folder that does.</param>
    /// <param name="mint">The mint.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="mnemonic">Words of an older wallet, to be restored; null for new ones.</param>
    /// <exception cref="WalletFileException">The file exists, or the words have a slip.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static WalletFile Create(string path, Uri mint, string unit, string? mnemonic = null)
    {
        if (mnemonic is not null && !Mnemonic.IsValid(mnemonic))
            throw new WalletFileException("These are not the words of a wallet: 12 to 24 English words of BIP 39 with a right checksum.");
        var file = Take(path);
        try
        {
            if (File.Exists(file._path)) throw new WalletFileException($"{file._path} exists; a wallet is never written over.");
            file.Save(new WalletModel(
                CurrentVersion, mint.AbsoluteUri.TrimEnd('/'), unit, mnemonic ?? Mnemonic.Create(),
                new Dictionary<string, ulong>(), [], [], [], []));
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a wallet.</summary>
    /// <param name="path">Its file.</param>
    /// <exception cref="WalletFileException">It is not there, no wallet, readable by others, or in use.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static WalletFile Open(string path)
    {
        if (!File.Exists(path)) throw new WalletFileException($"There is no wallet {Path.GetFullPath(path)}.");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
            throw new WalletFileException($"{path} can be read by others than its owner; 'chmod 600 {path}' mends that.");
        var file = Take(path);
        try
        {
            var model = JsonSerializer.Deserialize(File.ReadAllBytes(file._path), WalletJson.Default.WalletModel);
            if (model is not { Version: CurrentVersion }) throw new WalletFileException($"{path} is a wallet of another version.");
            file._model = model;
            return file;
        }
        catch (JsonException error)
        {
            file.Dispose();
            throw new WalletFileException($"{path} is no wallet: {error.Message}", error);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Lets others open it.</summary>
    public void Dispose() => _inUse.Dispose();

    /// <summary>Changes the wallet; on disk when this returns.</summary>
    /// <param name="change">From what is to what shall be; called once, quick, and without effects of its own.</param>
    /// <exception cref="IOException">It cannot be written; nothing is changed.</exception>
    internal WalletModel Change(Func<WalletModel, WalletModel> change)
    {
        lock (_lock)
        {
            Save(change(_model));
            return _model;
        }
    }

    private static WalletFile Take(string path)
    {
        path = Path.GetFullPath(path);
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Owner;
            return new WalletFile(path, new FileStream(path + ".lock", options));
        }
        catch (IOException error) when (File.Exists(path + ".lock"))
        {
            throw new WalletFileException($"{path} is in use by another program.", error);
        }
    }

    private void Save(WalletModel model)
    {
        var draft = _path + ".new";
        File.Delete(draft);             // of a crash; made anew, so that its rights are ours
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Owner;
        using (var stream = new FileStream(draft, options))
        {
            JsonSerializer.Serialize(stream, model, WalletJson.Default.WalletModel);
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, _path, overwrite: true);
        DurableFile.FlushFolder(Path.GetDirectoryName(_path)!);
        _model = model;
    }
}
