namespace Turnpike.Conformance.Planetmint;

/// <summary>Server-sent events with npm's <c>eventsource</c>, which follows the rules that browsers follow.</summary>
public sealed class EventSourceTests
{
    [Fact]
    public async Task An_EventSource_that_loses_its_server_goes_on_where_it_was()
    {
        var server = await ServerProcess.StartAsync();
        var lives = new List<ServerProcess> { server };
        try
        {
            var ids = new List<string>();
            var before = await PostAsync(server, ids, 3);
            await using var client = NodeScript.Start(
                "eventsource.mjs", $"{server.Streams}api/v1/streams/valid_transactions?from_height=1&operation=CREATE", "7");
            await client.WaitForLineAsync($"^{before} ");
            await PostAsync(server, ids, 2);
            await client.WaitForLineAsync($"^{ids[^1]} ");

            await server.KillAsync();
            await client.WaitForLineAsync("^lost");
            lives.Add(server = await server.RestartAsync());
            await PostAsync(server, ids, 2);
            await client.WaitForLineAsync("^done$");
            Assert.Equal(0, await client.ExitAsync());

            Assert.Equal(ids, client.Lines.Where(l => l.Contains("transaction_id", StringComparison.Ordinal)).Select(l => l.Split(' ')[0]));
            Assert.True(client.Lines.Count(l => l == "open") >= 2);
        }
        finally
        {
            await lives[^1].DisposeAsync();
        }
    }

    [Fact]
    public async Task An_EventSource_does_not_come_back_to_a_stream_that_refuses_it()
    {
        await using var server = await ServerProcess.StartAsync();
        await using var client = NodeScript.Start("eventsource.mjs", $"{server.Main}api/v1/streams/valid_transactions?frm=1", "1");
        await client.WaitForLineAsync("^lost 2 400$");
        Assert.Equal(0, await client.ExitAsync());
    }

    private static async Task<string> PostAsync(ServerProcess server, List<string> ids, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var made = Make.Asset(Make.Key());
            using var body = new ByteArrayContent(made.CanonicalBody.ToArray());
            Assert.Equal(202, (int)(await server.Http.PostAsync("/api/v1/transactions", body)).StatusCode);
            ids.Add(made.Id.ToString());
        }
        return ids[^1];
    }
}
