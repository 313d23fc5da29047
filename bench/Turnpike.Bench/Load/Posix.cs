using System.Runtime.InteropServices;

namespace Turnpike.Bench.Load;

/// <summary>The few calls of Linux that the load client needs: the runtime's own sockets would cost it half of a core.</summary>
internal static unsafe partial class Posix
{
    public const int MsgDontWait = 0x40, MsgTruncate = 0x20, MsgNoSignal = 0x4000;
    public const uint Readable = 1;
    private const int InternetFamily = 2, Stream = 1, CloseOnExec = 0x80000;
    private const int TcpLevel = 6, NoDelay = 1, IpLevel = 0, BindAddressNoPort = 24;
    private const int TryAgain = 11, Interrupted = 4, Add = 1, FileLimit = 7;

    // The kernel packs struct epoll_event on x64 only.
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    /// <summary>A blocking connection to 127.0.0.1 from 127.0.0.<paramref name="sourceHost"/>.</summary>
    public static int Connect(int port, int sourceHost)
    {
        var socket = Check(socket_(InternetFamily, Stream | CloseOnExec, 0), "socket");
        var one = 1;
        Check(setsockopt(socket, TcpLevel, NoDelay, &one, sizeof(int)), "TCP_NODELAY");
        Check(setsockopt(socket, IpLevel, BindAddressNoPort, &one, sizeof(int)), "IP_BIND_ADDRESS_NO_PORT");
        var address = stackalloc byte[16];
        Address(address, 0, sourceHost);
        Check(bind(socket, address, 16), "bind");
        Address(address, port, 1);
        Check(connect(socket, address, 16), "connect");
        return socket;
    }

    /// <summary>Sends all of it, waiting where the socket's buffer is full.</summary>
    public static void SendAll(int socket, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            fixed (byte* p = data)
            {
                var sent = send(socket, p, (nuint)data.Length, MsgNoSignal);
                if (sent < 0 && Marshal.GetLastPInvokeError() == Interrupted) continue;
                data = data[(int)Check(sent, "send")..];
            }
        }
    }

    /// <summary>Bytes read; 0 when the other side has closed; −1 when nothing is there (with <see cref="MsgDontWait"/>).</summary>
    public static int Receive(int socket, Span<byte> buffer, int flags)
    {
        fixed (byte* p = buffer) return Receive(socket, p, buffer.Length, flags);
    }

    /// <summary>Drops up to <paramref name="limit"/> bytes within the kernel, without a copy; counts as Receive does.</summary>
    public static int Discard(int socket, int limit) => Receive(socket, null, limit, MsgDontWait | MsgTruncate);

    public static int CreatePoll() => Check(epoll_create1(CloseOnExec), "epoll_create1");

    public static void Watch(int poll, int file, int id)
    {
        var entry = stackalloc byte[16];
        *(uint*)entry = Readable;
        *(long*)(entry + EventSize - 8) = id;
        Check(epoll_ctl(poll, Add, file, entry), "epoll_ctl");
    }

    /// <summary>Fills <paramref name="ids"/> with what is readable; returns how many.</summary>
    public static int Wait(int poll, Span<int> ids, Span<byte> scratch, int timeoutMilliseconds)
    {
        var room = Math.Min(ids.Length, scratch.Length / EventSize);
        fixed (byte* p = scratch)
        {
            var count = epoll_wait(poll, p, room, timeoutMilliseconds);
            if (count < 0 && Marshal.GetLastPInvokeError() == Interrupted) return 0;
            Check(count, "epoll_wait");
            for (var i = 0; i < count; i++) ids[i] = (int)*(long*)(p + i * EventSize + EventSize - 8);
            return count;
        }
    }

    public static int ReadFile(int file, Span<byte> buffer)
    {
        fixed (byte* p = buffer) return (int)Check(read(file, p, (nuint)buffer.Length), "read");
    }

    /// <summary>Raises the number of open files to what the machine allows and returns it.</summary>
    public static ulong RaiseFileLimit()
    {
        var limit = stackalloc ulong[2];
        Check(getrlimit(FileLimit, limit), "getrlimit");
        limit[0] = limit[1];
        Check(setrlimit(FileLimit, limit), "setrlimit");
        return limit[0];
    }

    public static void Pause(int microseconds) => _ = usleep((uint)microseconds);

    private static int Receive(int socket, byte* buffer, int length, int flags)
    {
        while (true)
        {
            var count = recv(socket, buffer, (nuint)length, flags);
            if (count >= 0) return (int)count;
            var error = Marshal.GetLastPInvokeError();
            if (error == TryAgain) return -1;
            if (error != Interrupted) throw new IOException($"recv: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    private static void Address(byte* to, int port, int lastByte)
    {
        new Span<byte>(to, 16).Clear();
        *(ushort*)to = InternetFamily;
        to[2] = (byte)(port >> 8);
        to[3] = (byte)(port & 0xFF);
        to[4] = 127;
        to[7] = (byte)lastByte;
    }

    private static int Check(int result, string call) => (int)Check((nint)result, call);

    private static nint Check(nint result, string call) =>
        result >= 0 ? result : throw new IOException($"{call}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int socket_(int family, int type, int protocol);
    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(int socket, int level, int name, void* value, uint length);
    [LibraryImport("libc", SetLastError = true)] private static partial int bind(int socket, byte* address, uint length);
    [LibraryImport("libc", SetLastError = true)] private static partial int connect(int socket, byte* address, uint length);
    [LibraryImport("libc", SetLastError = true)] private static partial nint send(int socket, byte* data, nuint length, int flags);
    [LibraryImport("libc", SetLastError = true)] private static partial nint recv(int socket, byte* data, nuint length, int flags);
    [LibraryImport("libc", SetLastError = true)] private static partial nint read(int file, byte* data, nuint length);
    [LibraryImport("libc", SetLastError = true)] private static partial int epoll_create1(int flags);
    [LibraryImport("libc", SetLastError = true)] private static partial int epoll_ctl(int poll, int operation, int file, byte* entry);
    [LibraryImport("libc", SetLastError = true)] private static partial int epoll_wait(int poll, byte* entries, int count, int timeout);
    [LibraryImport("libc", SetLastError = true)] private static partial int getrlimit(int resource, ulong* limit);
    [LibraryImport("libc", SetLastError = true)] private static partial int setrlimit(int resource, ulong* limit);
    [LibraryImport("libc", SetLastError = true)] private static partial int usleep(uint microseconds);
}
