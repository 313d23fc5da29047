using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Turnpike.Kernel.Sockets;

/// <summary>Why a handshake is refused before anyone is asked.</summary>
internal enum Admission
{
    Granted,
    TooManySockets,
    TooManyOfAddress,
    TooFast,
}

/// <summary>
/// Counts sockets in all and by address, and how fast an address makes handshakes. An IPv6 customer has a /64, so that counts as one.
/// </summary>
internal sealed class AddressLimits(SocketOptions options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, Entry> _entries = [];
    private int _open;

    /// <summary>A place for one socket; given back with <see cref="Leave"/>.</summary>
    public Admission TryEnter(IPAddress address, long nowMs)
    {
        var key = KeyOf(address);
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var entry)) entry = new Entry(0, options.HandshakeBurst, nowMs);
            var tokens = Math.Min(options.HandshakeBurst, entry.Tokens + ((nowMs - entry.AtMs) / 1000.0 * options.HandshakesPerSecond));
            var admission = tokens < 1 ? Admission.TooFast
                : _open >= options.MaxSockets ? Admission.TooManySockets
                : entry.Open >= options.MaxSocketsPerAddress ? Admission.TooManyOfAddress
                : Admission.Granted;
            var granted = admission == Admission.Granted ? 1 : 0;
            _open += granted;
            _entries[key] = new Entry(entry.Open + granted, admission == Admission.TooFast ? tokens : tokens - 1, nowMs);
            return admission;
        }
    }

    public void Leave(IPAddress address)
    {
        var key = KeyOf(address);
        lock (_lock)
        {
            _open--;
            _entries[key] = _entries[key] with { Open = _entries[key].Open - 1 };
        }
    }

    /// <summary>Forgets addresses without a socket whose burst is whole again.</summary>
    public void Sweep(long nowMs)
    {
        var restMs = options.HandshakeBurst * 1000.0 / options.HandshakesPerSecond;
        lock (_lock)
        {
            foreach (var (key, entry) in _entries)
                if (entry.Open == 0 && nowMs - entry.AtMs > restMs) _entries.Remove(key);
        }
    }

    /// <summary>What is counted together.</summary>
    public static ulong KeyOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? BinaryPrimitives.ReadUInt64BigEndian(bytes)
            : BinaryPrimitives.ReadUInt32BigEndian(bytes);      // ::/64 would be the same number space; nobody connects from it but ::1
    }

    private readonly record struct Entry(int Open, double Tokens, long AtMs);
}
