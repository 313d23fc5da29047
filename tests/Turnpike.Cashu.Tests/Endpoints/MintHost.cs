using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Turnpike.Cashu.Endpoints;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Tests.Backends;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Sockets;
using Turnpike.Kernel.Storage;
using Turnpike.Tests;

namespace Turnpike.Cashu.Tests.Endpoints;

/// <summary>A mint in this process, on a real store and behind a real socket.</summary>
internal sealed class MintHost : IAsyncDisposable
{
    private readonly Dictionary<string, string?> _settings;
    private readonly byte[] _seed;
    private readonly Channel<bool> _events = Channel.CreateUnbounded<bool>();
    private WebApplication _app = null!;

    private readonly Action<IServiceCollection> _configure;

    private MintHost(Dictionary<string, string?> settings, byte[] seed, Action<IServiceCollection> configure) =>
        (_settings, _seed, _configure) = (settings, seed, configure);

    public HttpClient Http { get; private set; } = null!;

    public IDatabase Database => Get<IDatabase>();

    public Keyring Keyring => Get<Keyring>();

    public static Task<MintHost> StartAsync(StoreKind kind, params (string Key, string Value)[] settings) =>
        StartAsync(kind, static _ => { }, settings);

    /// <summary>A mint, some of whose parts are replaced.</summary>
    public static async Task<MintHost> StartAsync(
        StoreKind kind, Action<IServiceCollection> configure, params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["Turnpike:Storage:Folder"] = Directory.CreateTempSubdirectory("turnpike-test-").FullName,
            ["Turnpike:Cashu:Fake:AutoPayDelay"] = "0",
        };
        if (kind == StoreKind.Postgres)
        {
            all["Turnpike:Storage:Provider"] = "postgres";
            all["Turnpike:Storage:ConnectionString"] = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        }

        foreach (var (key, value) in settings)
            all[key.StartsWith("Turnpike:", StringComparison.Ordinal) ? key : $"Turnpike:Cashu:{key}"] = value;
        var host = new MintHost(all, [.. Enumerable.Repeat((byte)7, 32)], configure);
        await host.OpenAsync();
        return host;
    }

    /// <summary>A second server on the same PostgreSQL.</summary>
    public async Task<MintHost> StartAnotherAsync()
    {
        var other = new MintHost(
            new(_settings) { ["Turnpike:Storage:Folder"] = Directory.CreateTempSubdirectory("turnpike-test-").FullName }, _seed,
            _configure);
        await other.OpenAsync();
        return other;
    }

    /// <summary>Ends the server and starts it with other settings, or another seed.</summary>
    public async Task RestartAsync(byte seed = 7, params (string Key, string? Value)[] settings)
    {
        await CloseAsync();
        Array.Fill(_seed, seed);
        foreach (var (key, value) in settings) _settings[$"Turnpike:Cashu:{key}"] = value;
        await OpenAsync();
    }

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Stops the database beneath the server.</summary>
    public ValueTask StopDatabaseAsync() => Database.DisposeAsync();

    /// <summary>Looks whether something holds, now and after each event of the mint, until it does.</summary>
    public async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        while (!await holds()) await _events.Reader.ReadAsync(limit.Token);
    }

    public Task<IReadOnlyList<string>> AuditAsync() => Database.ReadAsync(MintAudit.RunAsync, CancellationToken.None);

    public async Task<(int Status, JsonNode Body)> PostAsync(string path, JsonNode body) => await PostAsync(path, body.ToJsonString());

    public async Task<(int Status, JsonNode Body)> PostAsync(string path, string body)
    {
        // What curl says of a body, whatever it is.
        using var content = new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded");
        using var answer = await Http.PostAsync(new Uri(path, UriKind.Relative), content);
        return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    public async Task<JsonNode> OkAsync(string path, JsonNode body)
    {
        var (status, answer) = await PostAsync(path, body);
        Assert.True(status == 200, answer.ToJsonString());
        return answer;
    }

    public async Task<(int Status, JsonNode Body)> GetAsync(string path)
    {
        using var answer = await Http.GetAsync(new Uri(path, UriKind.Relative));
        return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(_settings["Turnpike:Storage:Folder"]!, recursive: true);
    }

    private async Task CloseAsync()
    {
        Http?.Dispose();
        await _app.DisposeAsync();
    }

    private async Task OpenAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection(_settings);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.UseTurnpikeSockets()));
        builder.Services.AddRoutingCore().AddLogging();
        builder.Services.AddSingleton(Seed.FromBytes(_seed));
        builder.Services.AddTurnpikeStorage();
        builder.Services.AddTurnpikeSockets();
        builder.Services.AddCashu();
        _configure(builder.Services);
        _app = builder.Build();
        _app.UseRouting();
        _app.UseRateLimiter();
        _app.MapCashu(dev: true);
        _app.MapCashuAdmin();
        Database.Feed.Subscribe(CashuTopics.All, _ => _events.Writer.WriteAsync(true));
        try
        {
            await _app.StartAsync();
        }
        catch
        {
            // A start that is refused leaves the folder free for the next.
            await _app.DisposeAsync();
            throw;
        }

        var address = Get<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Http = new HttpClient { BaseAddress = new Uri(address) };
    }
}
