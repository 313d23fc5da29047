namespace Turnpike.Kernel.Sockets;

/// <summary>A change on its way: how many rings have not yet given it to all of their members. Begins with the publisher's own.</summary>
internal sealed class Publication(Walkers walkers, int events)
{
    private int _left = 1;

    /// <summary>One more ring has it.</summary>
    public void Begin() => Interlocked.Increment(ref _left);

    /// <summary>A ring has visited everyone for it, or the publisher has given it to all rings.</summary>
    public void Done()
    {
        if (Interlocked.Decrement(ref _left) == 0) walkers.HandedOver(events);
    }
}
