using System.Runtime.InteropServices;

namespace Turnpike.Kernel.Sockets;

/// <summary>A change that was published, with the frames that were made of it.</summary>
/// <param name="change">The change.</param>
/// <param name="before">The head before it.</param>
internal sealed class Recent<TChange>(TChange change, long before)
    where TChange : class, IChange
{
    private readonly List<(Group<TChange> Group, FrameBatch Frames)> _encoded = new(1);

    public TChange Change => change;

    public long Before => before;

    public FrameBatch? For(Group<TChange> group)
    {
        foreach (var (of, frames) in CollectionsMarshal.AsSpan(_encoded))
            if (ReferenceEquals(of, group)) return frames;
        return null;
    }

    /// <summary>Bytes of all frames kept.</summary>
    public long FrameBytes { get; private set; }

    public void Keep(Group<TChange> group, FrameBatch frames)
    {
        _encoded.Add((group, frames));
        FrameBytes += frames.Bytes.Length;
    }
}
