using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Turnpike.Kernel;
using Turnpike.Kernel.Sockets;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Storage;
using Turnpike.Planetmint.Wire;

namespace Turnpike.Planetmint.Endpoints;

/// <summary><c>/api/v1/streams/{stream}</c>: the event streams, as WebSocket and as server-sent events.</summary>
/// <remarks>planetmint.md 2.</remarks>
internal sealed class StreamEndpoint(IDatabase database, ChainFeed chain) : IWebSocketEndpoint
{
    private const string Names =
        """
        [{"stream":"valid_transactions","parameters":["public_key","involves","asset_id","operation",
        "from_height","after","include","dialect","caught_up"]},
        {"stream":"valid_blocks","parameters":["public_key","involves","asset_id","operation","from_height","after","caught_up"]}]
        """;

    private static readonly byte[] Listing = Encoding.ASCII.GetBytes(Names.ReplaceLineEndings(""));

    /// <inheritdoc/>
    public async ValueTask<Handshake> OnHandshake(UpgradeRequest request, CancellationToken cancellation)
    {
        var start = await BeginAsync((string?)request.RouteValues["stream"], request.Query, null, cancellation);
        return start.TryGet(out var subscription, out var error)
            ? Handshake.Accept(new StreamSession(subscription))
            : Handshake.Refuse(error);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> WriteRefusal(SocketRefusal refusal)
    {
        var body = new ArrayBufferWriter<byte>(128);
        ErrorJson.Write(body, refusal.Error with { Code = refusal.Status });
        return body.WrittenMemory;
    }

    /// <summary>A GET that is no upgrade: server-sent events if the client takes them, otherwise 426.</summary>
    public async Task GetAsync(HttpContext http)
    {
        var accept = http.Request.Headers.Accept.ToString();
        var wantsEvents = accept.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);
        var name = (string?)http.Request.RouteValues["stream"];
        var lastEventId = http.Request.Headers["Last-Event-ID"].ToString();
        if (!wantsEvents)
        {
            http.Response.Headers.Upgrade = "websocket";
            await Answer.ErrorAsync(http, KindOf(name) is null ? PlanetmintErrors.NotFound : PlanetmintErrors.UpgradeRequired);
        }
        else if ((await BeginAsync(name, http.Request.Query, lastEventId, http.RequestAborted)).TryGet(out var start, out var error))
        {
            await SseSession.RunAsync(http, start.Join);
        }
        else
        {
            await Answer.ErrorAsync(http, error);
        }
    }

    /// <summary><c>GET /api/v1/streams/</c>.</summary>
    public static Task ListAsync(HttpContext http) => Answer.JsonAsync(http, Listing);

    private async Task<Result<StreamStart>> BeginAsync(
        string? name, IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> query, string? lastEventId,
        CancellationToken cancellation)
    {
        if (KindOf(name) is not { } kind) return PlanetmintErrors.NotFound;
        if (!StreamParameters.Read(kind, query, lastEventId).TryGet(out var parameters, out var error)) return error;
        var (after, head) = await database.ReadAsync(async snapshot =>
            (await FindStartAsync(snapshot, parameters), (await BlockTable.ReadHeadAsync(snapshot)).Height), cancellation);
        // The word that the head is reached must not come before what the client may know to be committed, by whichever node.
        if (parameters.CaughtUp && after is not null) await chain.ReachAsync(head, cancellation);
        return after is { } position ? new StreamStart(chain.Topic, parameters, position) : PlanetmintErrors.NotFound;
    }

    /// <summary>
    /// Where a subscription begins. Without a cursor at the head as committed, not as published: what a client knows to be committed
    /// before it connects is not sent to it, what comes after is.
    /// </summary>
    private static async ValueTask<ChainPosition?> FindStartAsync(Reads reads, StreamParameters parameters) => parameters switch
    {
        { AfterTransaction: { } id } => await TransactionTable.ReadPositionAsync(reads, id),
        { AfterHeight: { } height } => EndOf(height),
        { FromHeight: { } height } => EndOf(height - 1),
        _ => ChainPosition.EndOf((await BlockTable.ReadHeadAsync(reads)).Height),
    };

    /// <summary>The end of a height, of which any number may be asked for.</summary>
    private static ChainPosition EndOf(long height) =>
        height < 0 ? ChainPosition.Start : ChainPosition.EndOf(Math.Min(height, long.MaxValue / ChainPosition.PerBlock - 1));

    private static StreamKind? KindOf(string? name) => name switch
    {
        "valid_transactions" => StreamKind.Transactions,
        "valid_blocks" => StreamKind.Blocks,
        _ => null,
    };
}
