using Turnpike.Cashu.Client;
using Turnpike.Kernel;

namespace Turnpike.Cli.Commands.CashuMint;

/// <summary>A wallet for the time of one command.</summary>
internal sealed class WalletSession : IDisposable
{
    private static readonly Uri s_mint = new("http://127.0.0.1:9984");
    private readonly WalletFile _file;

    private WalletSession(CashuClient client, WalletFile file)
    {
        (Client, _file) = (client, file);
        Wallet = new CashuWallet(client, file);
    }

    public CashuClient Client { get; }

    public CashuWallet Wallet { get; }

    /// <summary><c>sat</c>, for example.</summary>
    public string Unit => _file.Unit;

    /// <summary>Opens a wallet and finds out what an earlier command left open.</summary>
    /// <exception cref="CommandException">It is of another mint.</exception>
    public static Task<WalletSession> OpenAsync(string path, Uri? mint, TextWriter notes, CancellationToken cancellation) =>
        StartAsync(WalletFile.Open(path), mint, notes, cancellation);

    /// <summary>As <see cref="OpenAsync"/>; makes the wallet if there is none.</summary>
    /// <exception cref="CommandException">It is of another mint.</exception>
    public static async Task<WalletSession> OpenOrCreateAsync(
        string path, Uri? mint, string unit, TextWriter notes, CancellationToken cancellation)
    {
        if (File.Exists(path)) return await OpenAsync(path, mint, notes, cancellation);
        var file = WalletFile.Create(path, mint ?? s_mint, unit);
        await notes.WriteLineAsync($"turnpike: a new wallet is in {Path.GetFullPath(path)}; its 12 words are in it, too: keep a copy");
        return await StartAsync(file, mint, notes, cancellation);
    }

    /// <summary>Makes a wallet of known words.</summary>
    public static WalletSession Create(string path, Uri? mint, string unit, string words) =>
        new(Connect(mint ?? s_mint), WalletFile.Create(path, mint ?? s_mint, unit, words));

    /// <inheritdoc/>
    public void Dispose()
    {
        Client.Dispose();
        _file.Dispose();
    }

    private static async Task<WalletSession> StartAsync(WalletFile file, Uri? mint, TextWriter notes, CancellationToken cancellation)
    {
        try
        {
            if (mint is not null && mint.AbsoluteUri.TrimEnd('/') != file.Mint.AbsoluteUri.TrimEnd('/'))
                throw new CommandException($"This wallet is of {file.Mint}; take another file for {mint}.");
            var session = new WalletSession(Connect(file.Mint), file);
            var open = await session.Wallet.RecoverAsync(cancellation);
            if (open == 0) return session;
            await notes.WriteLineAsync($"turnpike: {open} payments are still under way; they hold {session.Wallet.Held} {file.Unit}");
            return session;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static CashuClient Connect(Uri mint) => new(new CashuClientOptions
    {
        Mint = mint,
        Interrupted = why => Console.Error.WriteLine($"turnpike: {why.Reason}; next try in {why.Delay.TotalSeconds:0.0} s"),
    });
}

/// <summary>Refusals end a command.</summary>
internal static class WalletSessionResults
{
    /// <summary>The value, or the command ends with the mint's or the wallet's words.</summary>
    public static T OrRefuse<T>(this Result<T> result)
    {
        if (result.TryGet(out var value, out var error)) return value;
        throw new CommandException(error.Code == 0 ? error.Message : $"The mint refuses with {error.Code}: {error.Message}");
    }
}
