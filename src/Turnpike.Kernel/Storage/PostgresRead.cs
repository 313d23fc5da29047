using Npgsql;

namespace Turnpike.Kernel.Storage;

/// <summary>A read that a work or snapshot has asked for: its statement, and where its rows go.</summary>
internal abstract class PostgresRead(NpgsqlBatchCommand command, string sql)
{
    /// <summary>The statement with its values.</summary>
    public NpgsqlBatchCommand Command { get; private set; } = command;

    /// <summary>The caller's text.</summary>
    public string Sql => sql;

    /// <summary>Makes the command fit for another connection: Npgsql keeps in it what it has prepared on the first.</summary>
    public void Renew()
    {
        var parameters = Command.Parameters.ToArray();
        Command.Parameters.Clear();
        Command = new(Command.CommandText);
        Command.Parameters.AddRange(parameters);
    }

    /// <summary>Maps the rows and keeps what comes of it.</summary>
    public abstract Task TakeAsync(NpgsqlDataReader reader);

    /// <summary>Gives what was kept to who awaits it; that code goes on within this call.</summary>
    public abstract void Complete();

    /// <summary>Gives the exception to who awaits the read.</summary>
    public abstract void Fail(Exception exception);
}

/// <summary>The first row, or default.</summary>
internal sealed class PostgresFirstRead<T>(NpgsqlBatchCommand command, string sql, Func<SqlRow, T> map) : PostgresRead(command, sql)
{
    // Not with RunContinuationsAsynchronously: see PostgresReads.
    private readonly TaskCompletionSource<T?> _completion = new();
    private T? _value;

    public Task<T?> Completion => _completion.Task;

    public override async Task TakeAsync(NpgsqlDataReader reader) =>
        _value = await reader.ReadAsync() ? map(new PostgresRow(reader, Sql)) : default;

    public override void Complete() => _completion.SetResult(_value);

    public override void Fail(Exception exception) => _completion.SetException(exception);
}

/// <summary>All rows.</summary>
internal sealed class PostgresListRead<T>(NpgsqlBatchCommand command, string sql, Func<SqlRow, T> map) : PostgresRead(command, sql)
{
    private readonly TaskCompletionSource<IReadOnlyList<T>> _completion = new();
    private readonly List<T> _rows = [];

    public Task<IReadOnlyList<T>> Completion => _completion.Task;

    public override async Task TakeAsync(NpgsqlDataReader reader)
    {
        _rows.Clear();
        var row = new PostgresRow(reader, Sql);
        while (await reader.ReadAsync()) _rows.Add(map(row));
    }

    public override void Complete() => _completion.SetResult(_rows);

    public override void Fail(Exception exception) => _completion.SetException(exception);
}
