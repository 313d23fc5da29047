using System.Net;
using System.Text;
using Npgsql;
using Turnpike.Conformance.Planetmint;
using Turnpike.Tests;

namespace Turnpike.Conformance;

/// <summary>The real server over a real PostgreSQL, which is also stopped.</summary>
public sealed class PostgresTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private PostgresServer _server = null!;
    private string[] _settings = [];

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        await File.WriteAllTextAsync(_folder.File("connection"), await _server.CreateDatabaseAsync() + "\n");
        Assert.Equal(0, (await TurnpikeCommand.RunAsync(_folder.Path, "seed", "new", "seed")).Code);
        _settings =
        [
            "--set", "Turnpike:Storage:Provider=postgres", "--set", $"Turnpike:Storage:ConnectionStringFile={_folder.File("connection")}",
        ];
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_node_that_must_not_migrate_starts_after_the_command_has_and_the_other_commands_know_the_database()
    {
        var (code, text) = await ServeAsync("Turnpike:Storage:Migrate=false");
        Assert.Equal(1, code);
        Assert.Contains("The database lacks migration Kernel/0001_kernel", text, StringComparison.Ordinal);
        Assert.Contains("Run `turnpike migrate`", text, StringComparison.Ordinal);

        (code, text) = await TurnpikeCommand.RunAsync(_folder.Path, ["migrate", .. _settings]);
        Assert.True(code == 0, text);
        Assert.StartsWith("Applied Kernel/0001_kernel.", text, StringComparison.Ordinal);
        Assert.EndsWith("The database is up to date.", text, StringComparison.Ordinal);
        (code, text) = await TurnpikeCommand.RunAsync(_folder.Path, ["migrate", .. _settings]);
        Assert.Equal((0, "The database is up to date."), (code, text));

        await using var node = await StartAsync("Turnpike:Storage:Migrate=false");
        Assert.Equal(HttpStatusCode.OK, (await node.Http.GetAsync("/health/ready")).StatusCode);
        Assert.Contains("\nturnpike_storage_connections_busy", await node.Http.GetStringAsync("/metrics"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(node.Data));

        (code, text) = await TurnpikeCommand.RunAsync(_folder.Path, ["check", .. _settings]);
        Assert.Equal((0, "The database's books hold."), (code, text));
        (code, text) = await TurnpikeCommand.RunAsync(_folder.Path, ["backup", "copy", .. _settings]);
        Assert.Equal(1, code);
        Assert.Contains("pg_dump", text, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("copy")));
    }

    [Fact]
    public async Task A_node_without_the_installations_seed_is_refused()
    {
        var (code, text) = await TurnpikeCommand.RunAsync(_folder.Path, ["serve", "--port", "0", "--stream-port", "0", .. _settings]);
        Assert.Equal(2, code);
        Assert.Contains("Turnpike:SeedFile is missing: over PostgreSQL all nodes have one seed.", text, StringComparison.Ordinal);

        await (await StartAsync()).DisposeAsync();
        Assert.Equal(0, (await TurnpikeCommand.RunAsync(_folder.Path, "seed", "new", "other")).Code);
        (code, text) = await ServeAsync($"Turnpike:SeedFile={_folder.File("other")}");
        Assert.Equal(1, code);
        Assert.Contains("The seed is not the one that this ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_away_makes_the_node_unready_and_nothing_else_and_it_recovers_by_itself()
    {
        await using var node = await StartAsync();
        using var listener = await Listener.OpenAsync(node.Streams, Listener.Transactions);
        var first = Make.Asset(Make.Key());
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(node, Make.Text(first)));
        Assert.Equal(first.Id.ToString(), await listener.NextIdAsync());

        await _server.StopAsync("immediate");
        await ReadyAsync(node, HttpStatusCode.ServiceUnavailable);
        var second = Make.Asset(Make.Key());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await PostAsync(node, Make.Text(second)));
        Assert.Equal(HttpStatusCode.OK, (await node.Http.GetAsync("/health/live")).StatusCode);

        await _server.StartAgainAsync();
        await ReadyAsync(node, HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.NotFound, (await node.Http.GetAsync($"/api/v1/transactions/{second.Id}")).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(node, Make.Text(second)));
        Assert.Equal(second.Id.ToString(), await listener.NextIdAsync());
    }

    [Fact]
    public async Task What_the_databases_own_tools_dump_and_restore_is_the_same_installation()
    {
        var (before, after) = (Make.Asset(Make.Key()), Make.Asset(Make.Key()));
        await using (var node = await StartAsync())
        {
            Assert.Equal(HttpStatusCode.Accepted, await PostAsync(node, Make.Text(before)));
            var database = new NpgsqlConnectionStringBuilder(await File.ReadAllTextAsync(_folder.File("connection"))).Database!;
            await _server.RunToolAsync("pg_dump", "--format=custom", $"--file={_folder.File("dump")}", database);
            Assert.Equal(HttpStatusCode.Accepted, await PostAsync(node, Make.Text(after)));
        }

        await File.WriteAllTextAsync(_folder.File("connection"), await _server.CreateDatabaseAsync());
        var restored = new NpgsqlConnectionStringBuilder(await File.ReadAllTextAsync(_folder.File("connection"))).Database!;
        await _server.RunToolAsync("pg_restore", "--no-owner", "--exit-on-error", $"--dbname={restored}", _folder.File("dump"));

        Assert.Equal((0, "The database's books hold."), await TurnpikeCommand.RunAsync(_folder.Path, ["check", .. _settings]));
        await using var again = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await again.Http.GetAsync($"/api/v1/transactions/{before.Id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await again.Http.GetAsync($"/api/v1/transactions/{after.Id}")).StatusCode);
        using var listener = await Listener.OpenAsync(again.Streams, Listener.Transactions + $"?after={before.Id}");
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(again, Make.Text(after)));
        Assert.Equal(after.Id.ToString(), await listener.NextIdAsync());
    }

    private Task<ServerProcess> StartAsync(params string[] settings) => ServerProcess.StartInAsync(_folder.Path, Arguments(settings));

    private Task<(int Code, string Text)> ServeAsync(params string[] settings) =>
        TurnpikeCommand.RunAsync(_folder.Path, ["serve", "--port", "0", "--stream-port", "0", .. Arguments(settings)]);

    private string[] Arguments(string[] settings) =>
        [.. _settings, "--set", $"Turnpike:SeedFile={_folder.File("seed")}", .. settings.SelectMany(s => new[] { "--set", s })];

    // Each look waits for the database as long as the node does.
    private static async Task ReadyAsync(ServerProcess node, HttpStatusCode status)
    {
        using var limit = new CancellationTokenSource(PlanetmintNode.Patience);
        while ((await node.Http.GetAsync("/health/ready", limit.Token)).StatusCode != status) { }
    }

    private static async Task<HttpStatusCode> PostAsync(ServerProcess node, string transaction)
    {
        using var body = new StringContent(transaction, Encoding.UTF8, "application/json");
        return (await node.Http.PostAsync("/api/v1/transactions?mode=commit", body)).StatusCode;
    }
}
