using Turnpike.Planetmint.Client;

namespace Turnpike.Conformance.Planetmint;

/// <summary>A node in a process of its own. As a class fixture: one server for all tests of a class.</summary>
public sealed class PlanetmintNode : NodeApi, IAsyncLifetime, IAsyncDisposable
{
    private ServerProcess? _server;
    private PlanetmintClient? _client;

    public ServerProcess Server => _server!;

    public PlanetmintClient Client => _client!;

    public static async Task<PlanetmintNode> StartAsync(params string[] settings)
    {
        var node = new PlanetmintNode();
        await node.InitializeAsync(settings);
        return node;
    }

    public Task InitializeAsync() => InitializeAsync([]);

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();

    /// <summary>Ends the server in order; whatever a test did to it, it had nothing to complain of itself.</summary>
    public async Task DisposeAsync()
    {
        _client?.Dispose();
        await Server.DisposeAsync();
        var complaints = Server.Log.Where(line => line.Contains("rror:", StringComparison.Ordinal)
            || line.Contains("fail", StringComparison.Ordinal) || line.Contains("Exception", StringComparison.Ordinal));
        Assert.True(!complaints.Any(), string.Join('\n', complaints));
    }

    /// <summary>Ends the server in order.</summary>
    public async Task StopAsync() => Assert.Equal(0, await Server.StopAsync());

    /// <summary>Starts it again after its end, on the same ports.</summary>
    public async Task StartAgainAsync() => _server = await Server.RestartAsync();

    /// <summary>What <c>turnpike check</c> says, which must be good.</summary>
    public async Task CheckBooksAsync()
    {
        var (code, text) = await TurnpikeCommand.RunAsync(Server.Folder, "check");
        Assert.True(code == 0, text);
    }

    private async Task InitializeAsync(string[] settings)
    {
        _server = await ServerProcess.StartAsync([.. settings.SelectMany(s => (string[])["--set", s])]);
        _client = new PlanetmintClient(new PlanetmintClientOptions { Node = _server.Main, Stream = _server.Streams });
        Connect(_server.Main, _server.Streams);
    }
}
