namespace Turnpike.Conformance.Cashu;

/// <summary>A server whose invoices are paid on demand, for all tests of a class.</summary>
public sealed class WalletMint : IAsyncLifetime
{
    internal ServerProcess Server { get; private set; } = null!;

    internal Uri Address => Server.Main;

    public async Task InitializeAsync() =>
        Server = await ServerProcess.StartAsync("--set", "Turnpike:Cashu:Fake:AutoPayDelay=0", "--set", "Turnpike:Cashu:InputFeePpk=100");

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
