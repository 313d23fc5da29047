using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Tests.Backends;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;
using Turnpike.Server;
using Turnpike.Tests;

namespace Turnpike.Cashu.Tests.Endpoints;

/// <summary>The real server, whose objects the tests change by commits of their own.</summary>
public class SocketHost : IAsyncLifetime, IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("turnpike-cashu-").FullName;
    private readonly List<TurnpikeServer> _servers = [];
    private int _commits, _sockets;

    internal IDatabase Database => DatabaseOf(0);

    internal Uri Main => new(_servers[0].Main);

    public static Task<SocketHost> StartAsync(params (string Key, string Value)[] settings) => StartAsync(StoreKind.Sqlite, settings);

    /// <summary>One server on a file; over PostgreSQL two, so that what is pushed by one was mostly done at the other.</summary>
    public static async Task<SocketHost> StartAsync(StoreKind kind, params (string Key, string Value)[] settings)
    {
        var host = new SocketHost();
        await host.InitializeAsync(kind, settings);
        return host;
    }

    public virtual Task InitializeAsync() => InitializeAsync(StoreKind.Sqlite, []);

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        GC.SuppressFinalize(this);
    }

    public async Task DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.StopAsync(CancellationToken.None);
            await server.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A socket on the last server, and then on each in turn.</summary>
    internal async Task<WalletSocket> ConnectAsync()
    {
        var server = _servers[Interlocked.Increment(ref _sockets) % _servers.Count];
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(server.Main) { Scheme = "ws", Path = "/v1/ws" }.Uri, CancellationToken.None);
        return new WalletSocket(socket);
    }

    /// <summary>The i-th of the points that tests use.</summary>
    internal static PublicKey Y(int i) => HashToCurve.Hash(BitConverter.GetBytes(i)).Compressed;

    /// <summary>Sets proofs to a state, each with an event, in one commit; UNSPENT takes them out.</summary>
    internal Task SetAsync(IReadOnlyList<(PublicKey Y, string? Witness)> proofs, ProofState state) => CommitAsync(work =>
    {
        foreach (var (y, witness) in proofs)
        {
            work.Write("DELETE FROM cashu_proof WHERE y = $1", y.Span.ToArray());
            if (state != ProofState.Unspent)
            {
                work.Write("INSERT INTO cashu_proof (y, keyset_no, amount, state, op_id, melt_quote, witness, created) " +
                    "VALUES ($1, 1, 1, $2, $3, 'm', $4, 0)", y.Span.ToArray(), (int)state, new byte[16], witness);
            }

            ProofChanged.Append(work, y, state, witness);
        }
    });

    /// <summary>Commits on the first server, and then on each in turn.</summary>
    internal async Task CommitAsync(Action<Work> write)
    {
        var done = await DatabaseOf(_commits++ % _servers.Count).CommitAsync<int>(Locks.None, work =>
        {
            write(work);
            return new(0);
        }, CancellationToken.None);
        Assert.True(done.IsOk, done.Error?.Message);
    }

    protected async Task InitializeAsync(StoreKind kind, (string Key, string Value)[] settings)
    {
        var all = settings.ToDictionary(s => s.Key, s => (string?)s.Value);
        all["Turnpike:Server:Data"] = Path.Combine(_folder, "data");
        all["Turnpike:Server:Port"] = "0";
        all["Turnpike:Server:StreamPort"] = "0";
        all["Turnpike:Server:Log:Level"] = "Warning";
        if (kind == StoreKind.Postgres)
        {
            all["Turnpike:SeedFile"] = Path.Combine(_folder, "seed");
            Seed.Create(all["Turnpike:SeedFile"]!);
            all["Turnpike:Storage:Provider"] = "postgres";
            all["Turnpike:Storage:ConnectionString"] = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        }

        var count = kind == StoreKind.Postgres ? 2 : 1;
        while (_servers.Count < count) _servers.Add(await TurnpikeServer.StartAsync(all, CancellationToken.None));
    }

    private IDatabase DatabaseOf(int server) => _servers[server].Services.GetRequiredService<IDatabase>();
}

/// <summary>Two servers over one PostgreSQL.</summary>
public sealed class SocketPairHost : SocketHost
{
    public override Task InitializeAsync() => InitializeAsync(StoreKind.Postgres, []);
}

/// <summary>A wallet's end of a socket.</summary>
internal sealed class WalletSocket(ClientWebSocket socket) : IAsyncDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];

    public WebSocketCloseStatus? CloseCode => socket.CloseStatus;

    public Task SendAsync(string frame) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, true, CancellationToken.None);

    public Task SendBinaryAsync(byte[] frame) => socket.SendAsync(frame, WebSocketMessageType.Binary, true, CancellationToken.None);

    /// <summary>The next message; null for a close.</summary>
    public async Task<string?> TryReadAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var text = new MemoryStream();
        while (true)
        {
            var got = await socket.ReceiveAsync(_buffer, limit.Token);
            if (got.MessageType == WebSocketMessageType.Close) return null;
            text.Write(_buffer, 0, got.Count);
            if (got.EndOfMessage) return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
        }
    }

    public async Task<JsonElement> ReadAsync()
    {
        var text = await TryReadAsync();
        Assert.True(text is not null, $"closed with {socket.CloseStatus} {socket.CloseStatusDescription}");
        return JsonDocument.Parse(text).RootElement;
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
