using System.Security.Cryptography;

namespace Turnpike.Kernel.Clients;

/// <summary>The waits between tries: doubling from the first to the longest, each cut by up to a half at random.</summary>
/// <param name="first">The longest wait after the first failure.</param>
/// <param name="longest">What no wait exceeds, except where the server asks for more.</param>
/// <remarks>Without the random part all clients of a server that restarts would come back in the same instant.</remarks>
public sealed class RetryDelay(TimeSpan first, TimeSpan longest)
{
    private int _failures;

    /// <summary>The next wait, at least as long as the server asks for.</summary>
    public TimeSpan Next(TimeSpan? asked = null)
    {
        var whole = TimeSpan.FromSeconds(Math.Min(Math.ScaleB(first.TotalSeconds, _failures++), longest.TotalSeconds));
        var delay = whole * (1 - RandomNumberGenerator.GetInt32(0, 501) / 1000.0);
        return asked is { } least && least > delay ? least : delay;
    }

    /// <summary>It worked: the next failure waits the first time again.</summary>
    public void Reset() => _failures = 0;
}
