using System.Text.Json;

namespace Turnpike.Conformance;

public sealed class NpmClientsTests
{
    [Fact]
    public async Task The_npm_clients_load_without_their_install_scripts()
    {
        var line = Assert.Single(await NodeScript.RunAsync("clients.mjs"));

        var said = JsonDocument.Parse(line).RootElement;
        Assert.Matches("^[0-9a-f]{64}$", said.GetProperty("id").GetString());
        Assert.Equal("function", said.GetProperty("ws").GetString());
        Assert.Equal("function", said.GetProperty("eventsource").GetString());
    }
}
