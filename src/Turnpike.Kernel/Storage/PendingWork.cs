namespace Turnpike.Kernel.Storage;

/// <summary>How a work went.</summary>
internal enum WorkOutcome
{
    Ok,
    Refused,
    Failed,
}

/// <summary>A work that waits for the writer, and its caller.</summary>
internal abstract class PendingWork
{
    private const int Waiting = 0;
    private const int Started = 1;
    private const int Withdrawn = 2;

    private int _state;
    private CancellationTokenRegistration _registration;

    /// <summary>Lets the caller withdraw the work until it starts.</summary>
    public void WithdrawOn(CancellationToken cancellation)
    {
        if (cancellation.CanBeCanceled)
            _registration = cancellation.UnsafeRegister(static (work, token) => ((PendingWork)work!).Withdraw(token), this);
    }

    /// <summary>Begins the work.</summary>
    /// <returns>False if it was withdrawn.</returns>
    public bool TryStart()
    {
        var started = Interlocked.CompareExchange(ref _state, Started, Waiting) == Waiting;
        _registration.Unregister();
        return started;
    }

    /// <summary>What is kept so far.</summary>
    public abstract WorkOutcome Outcome { get; }

    /// <summary>Runs the caller's function to its end and keeps what it returned.</summary>
    /// <returns>True if it returned a value, so that its writes are to be done.</returns>
    public abstract bool Run(Work work);

    /// <summary>Keeps an error in place of what the function returned.</summary>
    public abstract void Refuse(ProtocolError error);

    /// <summary>Keeps an exception in place of what the function returned.</summary>
    public abstract void Fail(Exception exception);

    /// <summary>Answers the caller with what was kept; its code goes on on another thread.</summary>
    public abstract void Complete();

    protected abstract void Cancel(CancellationToken cancellation);

    private void Withdraw(CancellationToken cancellation)
    {
        if (Interlocked.CompareExchange(ref _state, Withdrawn, Waiting) == Waiting) Cancel(cancellation);
    }
}

/// <inheritdoc/>
internal sealed class PendingWork<T>(Func<Work, ValueTask<Result<T>>> work) : PendingWork
{
    // Asynchronously, or the callers' code would run on the writer's thread.
    private readonly TaskCompletionSource<Result<T>> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Result<T> _result;
    private Exception? _exception;

    public Task<Result<T>> Completion => _completion.Task;

    public override WorkOutcome Outcome =>
        _exception is not null ? WorkOutcome.Failed : _result.IsOk ? WorkOutcome.Ok : WorkOutcome.Refused;

    public override bool Run(Work active)
    {
        var running = work(active);
        if (!running.IsCompleted)
            throw new InvalidOperationException("A work awaited something other than its reads, and so was not complete when it returned.");
        _result = running.GetAwaiter().GetResult();
        return _result.IsOk;
    }

    public override void Refuse(ProtocolError error) => _result = error;

    public override void Fail(Exception exception) => _exception = exception;

    public override void Complete()
    {
        if (_exception is null) _completion.SetResult(_result);
        else _completion.SetException(_exception);
    }

    protected override void Cancel(CancellationToken cancellation) => _completion.TrySetCanceled(cancellation);
}
