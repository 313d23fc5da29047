using Turnpike.Planetmint.Domain;

namespace Turnpike.Soak;

/// <summary>What one subscriber received, in order.</summary>
/// <param name="name">For messages.</param>
/// <param name="wanted">Which events it asked for.</param>
public sealed class EventLog(string name, Func<TransactionId, bool> wanted)
{
    private readonly Lock _lock = new();
    private readonly List<(TransactionId Id, long Height)> _events = [];
    private TaskCompletionSource? _reached;
    private TransactionId _awaited;

    /// <summary>For messages.</summary>
    public string Name => name;

    /// <summary>True if it asked for this event.</summary>
    public bool Wants(TransactionId id) => wanted(id);

    /// <summary>The last event, if there is one.</summary>
    public TransactionId? Last
    {
        get { lock (_lock) return _events is [.., var (id, _)] ? id : null; }
    }

    /// <summary>What was received so far.</summary>
    public IReadOnlyList<(TransactionId Id, long Height)> Events
    {
        get { lock (_lock) return [.. _events]; }
    }

    /// <summary>Notes an event.</summary>
    public void Add(TransactionId id, long height)
    {
        lock (_lock)
        {
            _events.Add((id, height));
            if (_reached is not null && _awaited == id) _reached.TrySetResult();
        }
    }

    /// <summary>Waits until an event was received.</summary>
    /// <returns>False if it did not come in time.</returns>
    public async Task<bool> WaitForAsync(TransactionId id, CancellationToken cancellation)
    {
        Task reached;
        lock (_lock)
        {
            if (_events.Exists(e => e.Id == id)) return true;
            _awaited = id;
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            reached = _reached.Task;
        }
        try
        {
            await reached.WaitAsync(cancellation);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Compares with what ought to have come.</summary>
    /// <param name="expected">All events from where this one began, in the order of the chain.</param>
    public Difference CompareTo(IEnumerable<(TransactionId Id, long Height)> expected)
    {
        var place = new Dictionary<TransactionId, int>();
        foreach (var (id, _) in expected.Where(e => wanted(e.Id))) place.Add(id, place.Count);
        var (doubled, disordered, strange, last) = (0, 0, 0, -1);
        var seen = new HashSet<TransactionId>();
        foreach (var (id, _) in Events)
        {
            if (!seen.Add(id))
            {
                doubled++;
                continue;
            }
            if (!place.TryGetValue(id, out var here))
            {
                strange++;
                continue;
            }
            if (here < last) disordered++;
            last = Math.Max(last, here);
        }
        return new(place.Count - (seen.Count - strange), doubled, disordered, strange);
    }
}

/// <summary>How what came differs from what ought to have come.</summary>
/// <param name="Lost">Never came.</param>
/// <param name="Doubled">Came again.</param>
/// <param name="Disordered">Came after a later one.</param>
/// <param name="Strange">Ought not to have come.</param>
public readonly record struct Difference(int Lost, int Doubled, int Disordered, int Strange)
{
    /// <summary>True if there is none.</summary>
    public bool IsNone => this == default;

    /// <summary>The sum of two.</summary>
    public static Difference operator +(Difference a, Difference b) =>
        new(a.Lost + b.Lost, a.Doubled + b.Doubled, a.Disordered + b.Disordered, a.Strange + b.Strange);
}
