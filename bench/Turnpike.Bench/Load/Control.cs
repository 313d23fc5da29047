using System.Text;

namespace Turnpike.Bench.Load;

/// <summary>The harness's lines on standard input, as one more file of the client's poll.</summary>
internal sealed class Control
{
    public const int Id = -1;
    private readonly byte[] _buffer = new byte[1024];
    private int _held;

    public Control(int poll) => Posix.Watch(poll, 0, Id);

    /// <summary>Hands over the lines that are there; false at the end of input.</summary>
    public bool Read(Action<string> line)
    {
        var count = Posix.ReadFile(0, _buffer.AsSpan(_held));
        if (count == 0) return false;
        _held += count;
        while (_buffer.AsSpan(0, _held).IndexOf((byte)'\n') is var end and >= 0)
        {
            line(Encoding.ASCII.GetString(_buffer, 0, end));
            _buffer.AsSpan(end + 1, _held - end - 1).CopyTo(_buffer);
            _held -= end + 1;
        }
        return true;
    }
}
