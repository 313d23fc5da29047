using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Turnpike.Cashu.Client;

/// <summary>Writes CBOR, each head as short as it can be (RFC 8949, 4.2.1); the order of members is the caller's.</summary>
internal sealed class CborWriter
{
    private readonly ArrayBufferWriter<byte> _output = new(256);

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => _output.WrittenSpan;

    /// <summary>Starts a map; so many names and values must follow.</summary>
    public void Map(int count) => Head(5, (ulong)count);

    /// <summary>Starts an array.</summary>
    public void Array(int count) => Head(4, (ulong)count);

    /// <summary>Writes an unsigned integer.</summary>
    public void Integer(ulong number) => Head(0, number);

    /// <summary>Writes a text.</summary>
    public void Text(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        Head(3, (ulong)utf8.Length);
        _output.Write(utf8);
    }

    /// <summary>Writes a byte string.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Head(2, (ulong)bytes.Length);
        _output.Write(bytes);
    }

    /// <summary>Writes true or false.</summary>
    public void Flag(bool flag) => _output.Write([flag ? (byte)0xf5 : (byte)0xf4]);

    private void Head(int type, ulong value)
    {
        Span<byte> head = stackalloc byte[1 + sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(head[1..], value);
        var (length, small) = value switch
        {
            < 24 => (0, (int)value),
            <= byte.MaxValue => (1, 24),
            <= ushort.MaxValue => (2, 25),
            <= uint.MaxValue => (4, 26),
            _ => (8, 27),
        };
        _output.Write([(byte)(type << 5 | small)]);
        _output.Write(head[^length..]);
    }
}
