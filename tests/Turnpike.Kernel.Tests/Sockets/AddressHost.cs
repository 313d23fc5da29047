using System.Globalization;
using System.Text;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Sockets;

namespace Turnpike.Kernel.Tests.Sockets;

/// <summary>
/// A host on whose /many a socket says what it follows: <c>join name after key,key…</c> and <c>leave name</c>, which is answered
/// <c>left name</c>. Events are those of <see cref="Block"/>s of one; the key of an event is its number modulo <see cref="Objects"/>.
/// </summary>
internal sealed class AddressHost : IAsyncDisposable
{
    public const int Objects = 50;

    private AddressHost(TestHost host, NumberLog log, Topic<Number> topic) => (Host, Log, Topic) = (host, log, topic);

    public TestHost Host { get; }

    public NumberLog Log { get; }

    public Topic<Number> Topic { get; }

    public List<SocketSession> Sessions { get; } = [];

    public static async Task<AddressHost> StartAsync(int committed = 0, params (string, string)[] options)
    {
        AddressHost? made = null;
        var log = new NumberLog();
        for (var i = 0; i < committed; i++) log.Commit();
        await TestHost.StartAsync((app, host) =>
        {
            made = new AddressHost(host, log, host.Hub.Topic("numbers", log, log.Head));
            app.MapWebSocket("/many", new Endpoint(made));
        }, null, options);
        return made!;
    }

    public async Task<RawClient> ConnectAsync(int? receiveBuffer = null)
    {
        var client = await RawClient.ConnectAsync(Host.Port, receiveBuffer: receiveBuffer);
        await client.UpgradeAsync("/many");
        return client;
    }

    public async Task PublishAsync() => await Topic.PublishAsync(Log.Commit());

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    internal static TopicKey KeyOf(long number) => new("object", (number % Objects).ToString(CultureInfo.InvariantCulture));

    /// <summary>One numbered event of one object.</summary>
    internal sealed class Number(long offset) : IChange
    {
        public long First => offset;

        public long Last => offset;

        public int Count => 1;

        public IReadOnlyCollection<TopicKey> Keys => field ??= [KeyOf(offset)];
    }

    internal sealed class NumberLog : ITopicLog<Number>
    {
        private long _head;

        public long Head => Interlocked.Read(ref _head);

        public Number Commit() => new(Interlocked.Increment(ref _head));

        /// <summary>Only what has the keys, as one that looks them up in an index.</summary>
        public async ValueTask<IReadOnlyList<Number>> ReadAsync(
            long after, IReadOnlyList<TopicKey> keys, int maxChanges, CancellationToken cancellation)
        {
            await Task.Yield();
            var wanted = keys.ToHashSet();
            var page = new List<Number>();
            for (var n = after + 1; n <= Head && page.Count < maxChanges; n++)
                if (wanted.Contains(KeyOf(n))) page.Add(new(n));
            return page;
        }

        public ValueTask<string> ResumeHintAsync(IEncoding<Number> encoding, long offset, CancellationToken cancellation) =>
            new($"{offset}");
    }

    /// <summary>Writes the number; counts how often; fails for one number.</summary>
    internal sealed record Digits(int Padding = 0, long FailsAt = 0) : IEncoding<Number>
    {
        private static readonly System.Collections.Concurrent.ConcurrentDictionary<(Digits, long), int> s_encoded = new();

        public IReadOnlyList<TopicKey> Keys => [];

        public int Encoded(long number) => s_encoded.GetValueOrDefault((this, number));

        public void Encode(Number change, long after, FrameWriter frames)
        {
            if (change.Last == FailsAt) throw new NotSupportedException();
            s_encoded.AddOrUpdate((this, change.Last), 1, (_, n) => n + 1);
            var digits = change.Last.ToString(CultureInfo.InvariantCulture);
            frames.Write(change.Last, Encoding.ASCII.GetBytes(digits.PadRight(digits.Length + Padding)));
        }
    }

    private sealed class Follower(AddressHost host) : SocketSession
    {
        private readonly Dictionary<string, Subscription> _subscriptions = [];

        protected override ValueTask OnMessage(ReadOnlySpan<byte> utf8) => HandleAsync(Encoding.UTF8.GetString(utf8).Split(' '));

        private async ValueTask HandleAsync(string[] words)
        {
            if (words[0] == "join")
            {
                var keys = words[3].Split(',').Select(key => new TopicKey("object", key)).ToList();
                var after = Cursor.At(words[2] == "now" ? host.Topic.Head : long.Parse(words[2], CultureInfo.InvariantCulture));
                var encoding = new Digits(words.Length > 4 ? int.Parse(words[4], CultureInfo.InvariantCulture) : 0,
                    words.Length > 5 ? long.Parse(words[5], CultureInfo.InvariantCulture) : 0);
                await SendAsync(frames => frames.Write(0, Encoding.UTF8.GetBytes($"joined {words[1]} {after.Position}")));
                var address = new Address(Encoding.UTF8.GetBytes(words[1] + ":"), keys);
                _subscriptions[words[1]] = host.Topic.Join(this, encoding, address, after);
            }
            else
            {
                _subscriptions[words[1]].Leave();
                await SendAsync(frames => frames.Write(0, Encoding.UTF8.GetBytes("left " + words[1])));
            }
        }
    }

    private sealed class Endpoint(AddressHost host) : IWebSocketEndpoint
    {
        public ValueTask<Handshake> OnHandshake(UpgradeRequest request, CancellationToken cancellation)
        {
            var session = new Follower(host);
            lock (host.Sessions) host.Sessions.Add(session);
            return new(Handshake.Accept(session));
        }
    }
}
