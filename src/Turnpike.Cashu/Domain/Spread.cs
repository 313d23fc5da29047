namespace Turnpike.Cashu.Domain;

/// <summary>Spreads the curve's work of one request over the cores, where there is enough of it.</summary>
/// <remarks>docs/specs/cashu.md 16.</remarks>
internal static class Spread
{
    /// <summary>Up to this many inputs and outputs the caller's core is quicker alone: about 0.6 to 1.3 ms.</summary>
    public const int Alone = 16;

    /// <summary>Calls the work once for each index, in any order, and returns when all are done.</summary>
    /// <param name="count">How many.</param>
    /// <param name="load">Inputs and outputs of the whole request.</param>
    /// <param name="work">Safe to be called by several threads.</param>
    public static void Over(int count, int load, Action<int> work)
    {
        if (load > Alone && count > 1 && Environment.ProcessorCount > 1)
        {
            Parallel.For(0, count, work);
            return;
        }

        for (var i = 0; i < count; i++) work(i);
    }
}
