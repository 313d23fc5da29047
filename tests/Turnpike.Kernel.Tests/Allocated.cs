namespace Turnpike.Kernel.Tests;

internal static class Allocated
{
    /// <summary>Bytes that an action allocates on this thread once it has run before, over a thousand runs.</summary>
    public static long By(Action action)
    {
        for (var i = 0; i < 3; i++) action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
