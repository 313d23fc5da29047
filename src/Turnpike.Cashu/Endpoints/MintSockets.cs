using System.Buffers.Binary;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Turnpike.Kernel.Sockets;

namespace Turnpike.Cashu.Endpoints;

/// <summary><c>/v1/ws</c>: one endpoint for both dialects. Also what all its sockets share.</summary>
/// <remarks>docs/specs/cashu.md 2.1, 3 and 12.</remarks>
internal sealed class MintSockets : IWebSocketEndpoint
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, int> _byAddress = [];

    public MintSockets(Notifications notifications, SubscriptionReader reader, InvoiceAsks asks, IOptions<CashuOptions> options,
        TimeProvider clock, CashuMetrics metrics, ILogger<MintSockets> logger)
    {
        Notifications = notifications;
        Reader = reader;
        Asks = asks;
        Limits = options.Value.Limits;
        Clock = clock;
        Logger = logger;
        Open = metrics.Meter.CreateUpDownCounter<long>("turnpike.cashu.subscriptions.open", "{subscription}", "Subscriptions, by dialect.");
    }

    public Notifications Notifications { get; }

    public SubscriptionReader Reader { get; }

    public InvoiceAsks Asks { get; }

    public LimitOptions Limits { get; }

    public TimeProvider Clock { get; }

    public ILogger Logger { get; }

    public UpDownCounter<long> Open { get; }

    /// <inheritdoc/>
    public ValueTask<Handshake> OnHandshake(UpgradeRequest request, CancellationToken cancellation) =>
        new(Handshake.Accept(new MintSocket(this)));

    /// <summary>Counts a socket; to be undone by <see cref="Leave"/>.</summary>
    /// <returns>False if its address has more than it may.</returns>
    public bool Enter(IPAddress address)
    {
        lock (_lock) return (_byAddress[KeyOf(address)] = _byAddress.GetValueOrDefault(KeyOf(address)) + 1) <= Limits.SocketsPerAddress;
    }

    public void Leave(IPAddress address)
    {
        lock (_lock)
        {
            var key = KeyOf(address);
            if (--_byAddress[key] == 0) _byAddress.Remove(key);
        }
    }

    /// <summary>An IPv6 customer has a /64.</summary>
    private static ulong KeyOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? BinaryPrimitives.ReadUInt64BigEndian(bytes)
            : BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }
}
