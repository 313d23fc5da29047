namespace Turnpike.Cashu.Backends;

/// <summary>How long one exchange with a node may take, and what it means when it ends otherwise than by an answer.</summary>
internal sealed class NodeTimeLimit : IDisposable
{
    private readonly TimeSpan _timeout;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;

    /// <summary>Begins to count.</summary>
    public NodeTimeLimit(TimeSpan timeout, TimeProvider clock, CancellationToken cancellation)
    {
        _timeout = timeout;
        _cancellation = cancellation;
        _timer = timeout == Timeout.InfiniteTimeSpan ? new CancellationTokenSource() : new CancellationTokenSource(timeout, clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, cancellation);
        Token = _either.Token;
    }

    /// <summary>Canceled when the time is over, and when the caller wants no more.</summary>
    public CancellationToken Token { get; }

    /// <summary>What an exception of the exchange means; null if it is the caller's cancellation, or none of the exchange's.</summary>
    public LightningException? Explain(Exception exception) => exception switch
    {
        LightningException e => e,
        OperationCanceledException e when !_cancellation.IsCancellationRequested =>
            new LightningException($"The Lightning node did not answer within {_timeout.TotalSeconds:0.###} s.", e),
        HttpRequestException or IOException when !_cancellation.IsCancellationRequested =>
            new LightningException($"The connection to the Lightning node failed: {Innermost(exception).Message}", exception),
        _ => null,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }

    // "The SSL connection could not be established, see inner exception" helps nobody.
    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner) exception = inner;
        return exception;
    }
}
