using SQLitePCL;

namespace Turnpike.Kernel.Storage;

/// <summary>What SQLite answered to a statement. The writer, the reader or the opener turns it into a sentence.</summary>
internal sealed class SqliteFailure(int code, string message, string sql)
    : StorageException($"SQLite answered {code} ({message}) to: {sql}")
{
    /// <summary>The extended result code.</summary>
    public int Code => code;

    /// <summary>The kind of failure: the result code's lowest byte.</summary>
    public int Kind => code & 0xff;

    /// <summary>SQLite's own words.</summary>
    public string Reason => message;

    /// <summary>The sentence for a failure after which nothing of the transaction is committed; null if it is not of the machine.</summary>
    public StorageUnavailableException? AsUnavailable() => Kind switch
    {
        raw.SQLITE_FULL => new("The disk is full. Nothing was lost; the server goes on as soon as there is room.", this),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new("Another process holds the database's write lock; try again.", this),
        raw.SQLITE_IOERR => new($"The disk failed ({message}, {code}). Nothing of this was committed.", this),
        raw.SQLITE_NOMEM => new("SQLite got no memory. Nothing of this was committed.", this),
        raw.SQLITE_READONLY => new("The database cannot be written to; see the rights of the data folder.", this),
        raw.SQLITE_INTERRUPT => new("The statement was interrupted. Nothing of this was committed.", this),
        _ => null,
    };
}
