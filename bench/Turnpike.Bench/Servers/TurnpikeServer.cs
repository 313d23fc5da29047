using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Turnpike.Kernel.Sockets;

namespace Turnpike.Bench.Servers;

/// <summary>Turnpike under test: its connection middleware, sessions and hub, without a protocol on top.</summary>
internal static class TurnpikeServer
{
    /// <param name="aheadEvents">Events that may be published and not yet sent when a publication returns.</param>
    /// <param name="path">Where the sockets are.</param>
    /// <param name="endpoint">Who answers there.</param>
    public static WebApplication Build(int aheadEvents, string path, Func<WebApplication, IWebSocketEndpoint> endpoint)
    {
        var builder = WebHost.Builder(listen => listen.UseTurnpikeSockets());
        builder.Services.AddTurnpikeSockets();
        builder.Services.Configure<SocketOptions>(options =>
        {
            options.PublishAheadEvents = aheadEvents;
            // All come from one address, as fast as they can.
            options.MaxSocketsPerAddress = options.HandshakesPerSecond = options.HandshakeBurst = 1_000_000;
            options.MessagesPerSecond = 1_000_000;
            options.PingInterval = TimeSpan.FromMinutes(30);      // pings would be counted as events, here as with the peers
            options.DeadAfter = TimeSpan.FromHours(1);
        });
        var app = builder.Build();
        app.MapWebSocket(path, endpoint(app));
        return app;
    }
}

/// <summary>Fan-out through the hub, one group: each block is encoded once.</summary>
/// <remarks>
/// Handed over means: a walker has passed over every session that the block went to, and has given the socket what waited there.
/// Publishing returns while at most 64 less a block's events are not handed over, so that the next block makes it 64.
/// </remarks>
internal sealed class TurnpikeFanout(Hub hub) : IFanout, IWebSocketEndpoint
{
    private readonly Topic<Block> _topic = hub.Topic<Block>("bench");

    public static async Task RunAsync(int block)
    {
        TurnpikeFanout? fanout = null;
        var app = TurnpikeServer.Build(Publisher.Window - block, "/events",
            app => fanout = new TurnpikeFanout(app.Services.GetRequiredService<Hub>()));
        await Publisher.RunAsync(await WebHost.StartAsync(app), fanout);
    }

    public ValueTask PublishAsync(IReadOnlyList<long> block) => _topic.PublishAsync(new Block([.. block]));

    public ValueTask HandedOverAsync(int ahead) => ValueTask.CompletedTask;      // PublishAsync has waited

    public ValueTask<Handshake> OnHandshake(UpgradeRequest request, CancellationToken cancellation) =>
        ValueTask.FromResult(Handshake.Accept(new Subscriber(_topic)));

    private sealed class Subscriber(Topic<Block> topic) : SocketSession
    {
        protected override bool Discards => true;

        protected override void OnOpen() => topic.Join(this, Encoding.Plain);

        protected override ValueTask OnMessage(ReadOnlySpan<byte> utf8) =>
            throw new UnreachableException("What subscribers say is discarded.");
    }

    /// <summary>Events by number from zero; offsets count from one.</summary>
    private sealed record Block(long[] Events) : IChange
    {
        public long First => Events[0] + 1;

        public long Last => Events[^1] + 1;

        public int Count => Events.Length;

        public IReadOnlyCollection<TopicKey> Keys => [];
    }

    private sealed record Encoding : IEncoding<Block>
    {
        public static readonly Encoding Plain = new();

        public IReadOnlyList<TopicKey> Keys => [];

        public void Encode(Block change, long after, FrameWriter frames)
        {
            foreach (var number in change.Events)
                if (number + 1 > after) frames.Write(number + 1, FanoutEvent.Bytes(number));
        }
    }
}

/// <summary>What one of a pair says goes to the other.</summary>
internal sealed class TurnpikeRelay : IWebSocketEndpoint
{
    private readonly ConcurrentDictionary<string, Party> _waiting = new();

    public static async Task RunAsync()
    {
        var app = TurnpikeServer.Build(0, "/pair/{id}", _ => new TurnpikeRelay());
        await Publisher.RunAsync(await WebHost.StartAsync(app), fanout: null);
    }

    public ValueTask<Handshake> OnHandshake(UpgradeRequest request, CancellationToken cancellation)
    {
        var party = new Party();
        if (_waiting.TryRemove(request.Path, out var first)) first.Meet(party);
        else _waiting[request.Path] = party;
        return ValueTask.FromResult(Handshake.Accept(party));
    }

    private sealed class Party : SocketSession
    {
        private Party? _partner;

        public void Meet(Party other) => (_partner, other._partner) = (other, this);

        protected override ValueTask OnMessage(ReadOnlySpan<byte> utf8)
        {
            if (!_partner!.Send(utf8)) Close(CloseCodes.TryAgainLater, "the partner takes nothing");
            return ValueTask.CompletedTask;
        }
    }
}
