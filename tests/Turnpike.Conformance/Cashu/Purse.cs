using Turnpike.Cashu.Client;

namespace Turnpike.Conformance.Cashu;

/// <summary>A wallet of the .NET client, in a folder of its own.</summary>
internal sealed class Purse : IDisposable
{
    private readonly TemporaryFolder _folder;
    private WalletFile _file;

    private Purse(Uri mint, TemporaryFolder folder, WalletFile file, HttpMessageHandler? handler)
    {
        (_folder, _file) = (folder, file);
        Client = Connect(mint, handler);
        Wallet = new CashuWallet(Client, file);
    }

    public CashuClient Client { get; private set; }

    public CashuWallet Wallet { get; private set; }

    public string Words => _file.Words;

    public string Path => _folder.File("wallet.json");

    /// <summary>A new wallet, or one of known words.</summary>
    public static Purse Create(Uri mint, string? words = null, HttpMessageHandler? handler = null)
    {
        var folder = new TemporaryFolder();
        return new Purse(mint, folder, WalletFile.Create(folder.File("wallet.json"), mint, "sat", words), handler);
    }

    /// <summary>As a program that crashed and is started anew: nothing remains but the file.</summary>
    public void Reopen(HttpMessageHandler? handler = null)
    {
        var mint = Client.Mint;
        Client.Dispose();
        _file.Dispose();
        _file = WalletFile.Open(Path);
        Client = Connect(mint, handler);
        Wallet = new CashuWallet(Client, _file);
    }

    /// <summary>Mints: invoice, payment, ecash.</summary>
    public async Task FillAsync(ulong amount)
    {
        var quote = Ok(await Wallet.RequestMintAsync(amount, null, CancellationToken.None));
        Assert.True(Ok(await Client.PayInDevelopmentAsync(quote.Request, CancellationToken.None)));
        Assert.Equal(amount, Ok(await Wallet.MintAsync(quote.Id, CancellationToken.None)));
    }

    public static T Ok<T>(Kernel.Result<T> result)
    {
        Assert.True(result.TryGet(out var value, out var error), $"{error?.Code} {error?.Message}");
        return value!;
    }

    public void Dispose()
    {
        Client.Dispose();
        _file.Dispose();
        _folder.Dispose();
    }

    // One try, so that a lost answer is lost.
    private static CashuClient Connect(Uri mint, HttpMessageHandler? handler) =>
        new(new CashuClientOptions { Mint = mint, Handler = handler, Tries = handler is LossyNetwork { IsPatient: true } ? 5 : 1, FirstDelay = TimeSpan.FromMilliseconds(10) });
}
