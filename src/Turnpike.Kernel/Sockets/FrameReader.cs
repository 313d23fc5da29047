using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace Turnpike.Kernel.Sockets;

/// <summary>
/// Takes a client's frames apart. Pure and incremental: bytes in, in pieces of any size; whole messages out. All input is always taken,
/// so nothing is unmasked twice: a message within one piece is handed over where it lies, else it is put together in a rented buffer
/// that grows with what came (never with what was announced).
/// </summary>
/// <param name="maxMessage">The largest message in bytes, over all its fragments.</param>
/// <param name="discards">Framing is checked, content dropped: neither UTF-8 nor size matter and nothing is kept.</param>
/// <remarks>RFC 6455, 5 and 8.1.</remarks>
internal sealed class FrameReader(int maxMessage, bool discards)
{
    /// <summary>Fragments without content in one message; they take no space and so no size limit ends them.</summary>
    public const int MaxEmptyFragments = 1024;

    private const byte Continuation = 0, TextOpcode = 1, BinaryOpcode = 2, CloseOpcode = 8, PingOpcode = 9, PongOpcode = 10;
    private const int MaxControl = 125;

    private HeaderBytes _header;
    private byte _headerLength;
    private byte _opcode;
    private byte _message;              // opcode of the message that is being put together; 0 between messages
    private bool _fin, _inFrame, _handedOver, _deaf;
    private bool _discards = discards;
    private short _emptyFragments;
    private ushort _closeCode;
    private uint _key;
    private long _remaining;
    private byte[]? _buffer, _control;
    private int _length, _validated, _controlLength;

    /// <summary>
    /// After <see cref="FrameEvent.Failed"/> how to close; after <see cref="FrameEvent.Close"/> what came, 1005 if nothing.
    /// </summary>
    public int CloseCode => _closeCode;

    /// <summary>Reads up to the next event.</summary>
    /// <param name="input">Shrinks by what was taken; its bytes are unmasked in place.</param>
    /// <param name="payload">Valid until the next call, and as long as the input's memory is.</param>
    public FrameEvent Read(ref Span<byte> input, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (_handedOver) Release();
        while (!_deaf)
        {
            if (!_inFrame)
            {
                if (!TakeHeader(ref input, out var failure)) return failure;
                if (failure == FrameEvent.Failed) return failure;
            }
            var piece = input[..(int)Math.Min(_remaining, input.Length)];
            input = input[piece.Length..];
            _remaining -= piece.Length;
            if (_remaining > 0 && piece.IsEmpty) return FrameEvent.NeedMore;
            var found = _opcode >= CloseOpcode ? TakeControl(piece, out payload) : TakeData(piece, out payload);
            if (found != FrameEvent.NeedMore) return found;
            if (_inFrame) return FrameEvent.NeedMore;
        }
        input = default;
        return FrameEvent.NeedMore;
    }

    /// <summary>
    /// From now on content is dropped: what a side does that has sent its close. Framing is followed, so the answer is found.
    /// </summary>
    public void Ignore()
    {
        _discards = true;
        Release();
    }

    /// <summary>Gives rented memory back; the reader is not used after it.</summary>
    public void Dispose()
    {
        _deaf = true;
        Release();
        if (_control is not null) ArrayPool<byte>.Shared.Return(_control);
        _control = null;
    }

    /// <returns>False if the header is not whole or breaks a rule; true otherwise, with Failed for a size beyond the limit (framing is
    /// intact).</returns>
    private bool TakeHeader(ref Span<byte> input, out FrameEvent found)
    {
        found = FrameEvent.NeedMore;
        if (!Fill(ref input, 2)) return false;
        if (_headerLength == 2 && !IsAllowed(_header[0], _header[1]))
        {
            found = Fail(CloseCodes.ProtocolViolation);
            return false;
        }
        var extended = (_header[1] & 0x7F) switch { 126 => 2, 127 => 8, _ => 0 };
        if (!Fill(ref input, 2 + extended + 4)) return false;
        ReadOnlySpan<byte> header = _header;
        var length = extended switch
        {
            2 => BinaryPrimitives.ReadUInt16BigEndian(header[2..]),
            8 => BinaryPrimitives.ReadUInt64BigEndian(header[2..]),
            _ => (ulong)(header[1] & 0x7F),
        };
        if (length > long.MaxValue)
        {
            found = Fail(CloseCodes.ProtocolViolation);
            return false;
        }
        _key = BinaryPrimitives.ReadUInt32LittleEndian(header[(2 + extended)..]);
        _fin = (header[0] & 0x80) != 0;
        _opcode = (byte)(header[0] & 0x0F);
        _remaining = (long)length;
        _inFrame = true;
        _headerLength = 0;
        if (_opcode < CloseOpcode) found = BeginData();
        return true;
    }

    private bool Fill(ref Span<byte> input, int length)
    {
        var missing = length - _headerLength;
        if (missing <= 0) return true;
        var taken = Math.Min(missing, input.Length);
        input[..taken].CopyTo(((Span<byte>)_header)[_headerLength..]);
        input = input[taken..];
        _headerLength += (byte)taken;
        return taken == missing;
    }

    private bool IsAllowed(byte first, byte second)
    {
        if ((first & 0x70) != 0 || (second & 0x80) == 0) return false;      // no extension was agreed on; clients mask
        var fin = (first & 0x80) != 0;
        return (first & 0x0F) switch
        {
            Continuation => _message != 0,
            TextOpcode or BinaryOpcode => _message == 0,
            CloseOpcode or PingOpcode or PongOpcode => fin && (second & 0x7F) <= MaxControl,
            _ => false,
        };
    }

    private FrameEvent BeginData()
    {
        if (_opcode != Continuation) (_message, _emptyFragments) = (_opcode, 0);
        if (_discards) return FrameEvent.NeedMore;
        if (_remaining > maxMessage - _length) return Refuse(CloseCodes.TooBig);
        if (_remaining == 0 && !_fin && ++_emptyFragments > MaxEmptyFragments) return Refuse(CloseCodes.PolicyViolation);
        return FrameEvent.NeedMore;
    }

    private FrameEvent TakeData(Span<byte> piece, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        _inFrame = _remaining > 0;
        var ends = !_inFrame && _fin;
        if (_discards)
        {
            if (ends) _message = 0;
            return FrameEvent.NeedMore;
        }
        _key = Masking.Apply(piece, _key);
        if (!ends || _length > 0)
        {
            Append(piece);
            if (_message == TextOpcode && !IsTextSoFar(ends)) return Refuse(CloseCodes.InvalidText);
            if (!ends) return FrameEvent.NeedMore;
            payload = _buffer.AsSpan(0, _length);
        }
        else
        {
            if (_message == TextOpcode && !Utf8.IsValid(piece)) return Refuse(CloseCodes.InvalidText);
            payload = piece;
        }
        var found = _message == TextOpcode ? FrameEvent.Text : FrameEvent.Binary;
        _message = 0;
        _handedOver = true;
        return found;
    }

    /// <summary>Validates what is new up to the last whole character; what remains must be the beginning of one.</summary>
    private bool IsTextSoFar(bool ends)
    {
        var fresh = _buffer.AsSpan(_validated, _length - _validated);
        var open = 0;
        for (var back = 1; back <= Math.Min(3, fresh.Length); back++)
        {
            if ((fresh[^back] & 0xC0) == 0x80) continue;
            if (Rune.DecodeFromUtf8(fresh[^back..], out _, out _) == OperationStatus.NeedMoreData) open = back;
            break;
        }
        if (ends && open > 0 || !Utf8.IsValid(fresh[..^open])) return false;
        _validated = _length - open;
        return true;
    }

    private FrameEvent TakeControl(Span<byte> piece, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        _key = Masking.Apply(piece, _key);
        _inFrame = _remaining > 0;
        if (_inFrame || _controlLength > 0)
        {
            _control ??= ArrayPool<byte>.Shared.Rent(MaxControl);
            piece.CopyTo(_control.AsSpan(_controlLength));
            _controlLength += piece.Length;
            if (_inFrame) return FrameEvent.NeedMore;
            payload = _control.AsSpan(0, _controlLength);
            _controlLength = 0;
        }
        else
        {
            payload = piece;
        }
        return _opcode switch
        {
            PingOpcode => FrameEvent.Ping,
            PongOpcode => FrameEvent.Pong,
            _ => TakeClose(ref payload),
        };
    }

    private FrameEvent TakeClose(ref ReadOnlySpan<byte> payload)
    {
        if (payload.Length == 1) return Fail(CloseCodes.ProtocolViolation);
        var code = payload.IsEmpty ? CloseCodes.None : BinaryPrimitives.ReadUInt16BigEndian(payload);
        if (!payload.IsEmpty && !CloseCodes.IsOnWire(code)) return Fail(CloseCodes.ProtocolViolation);
        if (!payload.IsEmpty) payload = payload[2..];
        if (!Utf8.IsValid(payload)) return Fail(CloseCodes.InvalidText);
        _closeCode = (ushort)code;
        _deaf = true;                   // data after a close is ignored
        return FrameEvent.Close;
    }

    private void Append(ReadOnlySpan<byte> piece)
    {
        var needed = _length + piece.Length;
        if (_buffer is null || _buffer.Length < needed)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, (int)Math.Min(2L * _length, maxMessage)));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            if (_buffer is not null) ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        piece.CopyTo(_buffer.AsSpan(_length));
        _length = needed;
    }

    private void Release()
    {
        if (_buffer is not null) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
        _length = _validated = 0;
        _handedOver = false;
    }

    /// <summary>A broken frame: where the next one begins is anyone's guess, so nothing more is read.</summary>
    private FrameEvent Fail(int code)
    {
        _deaf = true;
        return Refuse(code);
    }

    /// <summary>Content that we do not take, in frames that we understand: the rest is dropped, frame by frame.</summary>
    private FrameEvent Refuse(int code)
    {
        _closeCode = (ushort)code;
        if (!_inFrame && _fin) _message = 0;
        Ignore();
        return FrameEvent.Failed;
    }

    [InlineArray(14)]
    private struct HeaderBytes
    {
        private byte _first;
    }
}
