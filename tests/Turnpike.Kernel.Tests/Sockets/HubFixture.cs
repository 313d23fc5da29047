using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Turnpike.Kernel.Sockets;

namespace Turnpike.Kernel.Tests.Sockets;

/// <summary>A block of numbered events; each event has a colour, by which it can be found.</summary>
internal sealed record Block(long First, long Last) : IChange
{
    public static readonly string[] Colours = ["red", "green", "blue"];

    public int Count => (int)(Last - First + 1);

    public IReadOnlyCollection<TopicKey> Keys => field ??= [.. Events.Select(ColourOf).Distinct().Select(c => new TopicKey("colour", c))];

    public IEnumerable<long> Events => Enumerable.Range(0, Count).Select(i => First + i);

    public static string ColourOf(long offset) => Colours[offset % 3];
}

/// <summary>Writes each event's number, padded; of one colour or of all.</summary>
internal sealed record Numbers(string? Colour = null, int Padding = 0) : IEncoding<Block>
{
    private static readonly ConcurrentDictionary<Numbers, int> s_encoded = new();

    public IReadOnlyList<TopicKey> Keys => Colour is null ? [] : [new TopicKey("colour", Colour)];

    /// <summary>How often a change was encoded with an equal encoding.</summary>
    public int Encoded => s_encoded.GetValueOrDefault(this);

    public void Encode(Block change, long after, FrameWriter frames)
    {
        s_encoded.AddOrUpdate(this, 1, (_, n) => n + 1);
        foreach (var offset in change.Events.Where(e => e > after && (Colour is null || Block.ColourOf(e) == Colour)))
        {
            var text = offset.ToString(CultureInfo.InvariantCulture);
            frames.Write(offset, Encoding.ASCII.GetBytes(text + new string(' ', Padding)), Encoding.ASCII.GetBytes(text));
        }
    }
}

/// <summary>A log in memory. Blocks are committed here first, then published.</summary>
internal sealed class BlockLog : ITopicLog<Block>
{
    private readonly List<Block> _blocks = [];

    public int Reads { get; private set; }

    public long Head
    {
        get { lock (_blocks) return _blocks.Count == 0 ? 0 : _blocks[^1].Last; }
    }

    public Block Commit(int events)
    {
        lock (_blocks)
        {
            var block = new Block(Head + 1, Head + events);
            _blocks.Add(block);
            return block;
        }
    }

    public async ValueTask<IReadOnlyList<Block>> ReadAsync(
        long after, IReadOnlyList<TopicKey> keys, int maxChanges, CancellationToken cancellation)
    {
        await Task.Yield();
        lock (_blocks)
        {
            Reads++;
            return [.. _blocks.Where(b => b.Last > after).Take(maxChanges)];
        }
    }

    /// <summary>Subscribers to a colour are told its name, too.</summary>
    public ValueTask<string> ResumeHintAsync(IEncoding<Block> encoding, long offset, CancellationToken cancellation) =>
        ValueTask.FromResult($"after={((Numbers)encoding).Colour}{offset}");
}

/// <summary>A session that joins on opening, and tells when it is over.</summary>
internal sealed class Subscriber(Action<Subscriber> open) : SocketSession
{
    private readonly TaskCompletionSource<CloseStatus> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<CloseStatus> Closed => _closed.Task;

    protected override bool Discards => true;

    protected override void OnOpen() => open(this);

    protected override void OnClose(CloseStatus status) => _closed.TrySetResult(status);

    protected override ValueTask OnMessage(ReadOnlySpan<byte> utf8) => ValueTask.CompletedTask;
}

/// <summary>A host with one topic on /topic?after=&amp;colour=&amp;padding=&amp;tell=1, and its event stream on the same path.</summary>
internal sealed class HubHost : IAsyncDisposable
{
    private HubHost(TestHost host, BlockLog log, Topic<Block> topic) => (Host, Log, Topic) = (host, log, topic);

    public TestHost Host { get; }

    public BlockLog Log { get; }

    public Topic<Block> Topic { get; }

    public ConcurrentQueue<Subscriber> Subscribers { get; } = new();

    public static async Task<HubHost> StartAsync(bool hasLog = true, int committed = 0, TimeProvider? clock = null,
        params (string, string)[] options)
    {
        HubHost? hub = null;
        var log = new BlockLog();
        for (var i = 0; i < committed; i++) log.Commit(1 + (i % 5));
        var test = await TestHost.StartAsync((app, host) =>
        {
            hub = new HubHost(host, log, host.Hub.Topic("numbers", hasLog ? log : null, log.Head));
            app.MapWebSocket("/topic", new Endpoint(hub), plain: http => SseSession.RunAsync(http, session =>
                hub.Join(session, name => http.Request.Query[name], http.Request.Headers["Last-Event-ID"])));
        }, clock, options);
        return hub!;
    }

    public async Task PublishAsync(int events) => await Topic.PublishAsync(Log.Commit(events));

    public async Task<RawClient> JoinAsync(string query = "", bool tls = false, int? receiveBuffer = null)
    {
        var client = await RawClient.ConnectAsync(tls ? Host.TlsPort : Host.Port, tls, receiveBuffer);
        await client.UpgradeAsync("/topic" + query);
        return client;
    }

    /// <summary>Reads numbers up to one, and checks that they are all of the expected.</summary>
    public static async Task ReadNumbersAsync(RawClient client, IEnumerable<long> expected)
    {
        foreach (var number in expected) Assert.Equal(number, await ReadNumberAsync(client));
    }

    public static async Task<long> ReadNumberAsync(RawClient client) =>
        long.Parse((await client.ReadDataAsync()).Text.AsSpan().TrimEnd(), CultureInfo.InvariantCulture);

    public static IEnumerable<long> Range(long from, long to) => Enumerable.Range(0, (int)(to - from + 1)).Select(i => from + i);

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    private void Join(SocketSession session, Func<string, string?> query, string? lastEventId = null)
    {
        var after = lastEventId ?? query("after");
        var encoding = new Numbers(query("colour"), int.Parse(query("padding") ?? "0", CultureInfo.InvariantCulture));
        Topic.Join(session, encoding, after is null ? null : long.Parse(after, CultureInfo.InvariantCulture),
            query("tell") is null ? null : (head, frames) => frames.Write(head, Encoding.ASCII.GetBytes($"caught up {head}")));
    }

    private sealed class Endpoint(HubHost hub) : IWebSocketEndpoint
    {
        public ValueTask<Handshake> OnHandshake(UpgradeRequest request, CancellationToken cancellation)
        {
            var query = request.Query;
            var session = new Subscriber(s => hub.Join(s, name => query.TryGetValue(name, out var value) ? value.ToString() : null));
            hub.Subscribers.Enqueue(session);
            return ValueTask.FromResult(Handshake.Accept(session));
        }
    }
}
