using Npgsql;

namespace Turnpike.Kernel.Storage;

/// <summary>
/// Runs a caller's function and does the reads it asks for, one round trip after the other. The function runs only between them, within
/// <see cref="RunAsync"/>: so it is known when it awaits something else, and that is as loud an error as on SQLite.
/// </summary>
internal sealed class PostgresReads(string owner, PostgresStatements statements)
{
    private readonly Queue<PostgresRead> _asked = new();
    private int _thread = -1;       // on which the function is running just now; −1 while it is not

    /// <summary>What went wrong first; then nothing of the transaction is kept, whatever the function made of it.</summary>
    public Exception? Failure { get; private set; }

    public ValueTask<T?> First<T>(string sql, Func<SqlRow, T> map, ReadOnlySpan<SqlValue> args)
    {
        var read = new PostgresFirstRead<T>(Command(sql, args), sql, map);
        _asked.Enqueue(read);
        return new(read.Completion);
    }

    public ValueTask<IReadOnlyList<T>> List<T>(string sql, Func<SqlRow, T> map, ReadOnlySpan<SqlValue> args)
    {
        var read = new PostgresListRead<T>(Command(sql, args), sql, map);
        _asked.Enqueue(read);
        return new(read.Completion);
    }

    public ValueTask<IReadOnlyList<T>> Many<T>(string sql, IReadOnlyList<SqlValue[]> keys, Func<SqlRow, T> map)
    {
        RequireActive();
        if (keys.Count == 0) return new([]);
        statements.Require(sql, keys[0].Length);
        var columns = new PostgresColumns(keys);
        var command = new NpgsqlBatchCommand(statements.ForKeys(sql, columns));
        columns.AddTo(command.Parameters);
        var read = new PostgresListRead<T>(command, sql, map);
        _asked.Enqueue(read);
        return new(read.Completion);
    }

    /// <exception cref="InvalidOperationException">The function does not run, or this is not its thread.</exception>
    public void RequireActive()
    {
        if (Environment.CurrentManagedThreadId != _thread)
            throw new InvalidOperationException($"A {owner} is used after its end, within a mapping function, or from another thread; "
                + "it may await nothing but its own reads.");
    }

    /// <summary>Runs the function to its end.</summary>
    /// <exception cref="InvalidOperationException">It awaited something other than its reads.</exception>
    public async Task<T> RunAsync<T>(Func<ValueTask<T>> function, PostgresTransaction transaction)
    {
        ValueTask<T> running = default;
        Within(() => running = function());
        while (!running.IsCompleted)
        {
            if (!_asked.TryDequeue(out var read))
                throw new InvalidOperationException($"A {owner} awaited something other than its reads.");
            try
            {
                await transaction.ReadAsync(read);
            }
            catch (Exception exception)
            {
                Failure ??= exception;
                Within(() => read.Fail(exception));
                continue;
            }

            Within(read.Complete);
        }

        return Failure is null ? running.GetAwaiter().GetResult() : throw Failure;
    }

    private NpgsqlBatchCommand Command(string sql, ReadOnlySpan<SqlValue> args)
    {
        RequireActive();
        statements.Require(sql, args.Length);
        var command = new NpgsqlBatchCommand(sql);
        PostgresValues.Add(command.Parameters, args);
        return command;
    }

    // Without the caller's context: with one the function would go on elsewhere, and not within this call.
    private void Within(Action step)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        _thread = Environment.CurrentManagedThreadId;
        try
        {
            step();
        }
        finally
        {
            _thread = -1;
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
