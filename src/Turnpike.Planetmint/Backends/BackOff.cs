namespace Turnpike.Planetmint.Backends;

/// <summary>How long to wait before trying again: 0.5 s, doubling to 10 s.</summary>
internal sealed class BackOff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(10);

    private TimeSpan _next = First;

    /// <summary>The next pause.</summary>
    public TimeSpan Next()
    {
        var pause = _next;
        _next = pause * 2 < Most ? pause * 2 : Most;
        return pause;
    }

    /// <summary>It went well: begin with 0.5 s again.</summary>
    public void Reset() => _next = First;
}
