namespace Turnpike.Kernel.Sockets;

/// <summary>A queue of shared pieces of memory that also takes one at its front; small while it is empty.</summary>
internal struct SegmentQueue
{
    private const int Initial = 4, Kept = 32;
    private ReadOnlyMemory<byte>[]? _items;
    private int _head;

    public int Count { get; private set; }

    public readonly ref ReadOnlyMemory<byte> this[int index] => ref _items![(_head + index) & (_items.Length - 1)];

    public void PushBack(ReadOnlyMemory<byte> item)
    {
        Grow();
        Count++;
        this[Count - 1] = item;
    }

    public void PushFront(ReadOnlyMemory<byte> item)
    {
        Grow();
        _head = (_head - 1) & (_items!.Length - 1);
        Count++;
        this[0] = item;
    }

    public void PopFront()
    {
        this[0] = default;      // the frames are shared; the last outbox to let go frees them
        _head = (_head + 1) & (_items!.Length - 1);
        if (--Count == 0 && _items.Length > Kept) Clear();
    }

    public void Clear()
    {
        _items = null;
        _head = 0;
        Count = 0;
    }

    private void Grow()
    {
        if (_items is null)
        {
            _items = new ReadOnlyMemory<byte>[Initial];
        }
        else if (Count == _items.Length)
        {
            var larger = new ReadOnlyMemory<byte>[_items.Length * 2];
            for (var i = 0; i < Count; i++) larger[i] = this[i];
            _items = larger;
            _head = 0;
        }
    }
}
