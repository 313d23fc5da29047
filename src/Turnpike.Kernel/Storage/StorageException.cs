namespace Turnpike.Kernel.Storage;

/// <summary>The store failed, through nobody's fault on the other side. The message is a sentence for the operator.</summary>
public class StorageException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Nothing was committed, and the same call may succeed later: the disk is full, the store is busy or stopped.</summary>
public sealed class StorageUnavailableException(string message, Exception? inner = null) : StorageException(message, inner);

/// <summary>The disk failed while a commit was being written. Whether it holds is known only after the next start.</summary>
public sealed class StorageOutcomeUnknownException(string message, Exception? inner = null) : StorageException(message, inner);

/// <summary>A write violated a constraint that it did not announce. A bug in the program; nothing of the work was committed.</summary>
public sealed class UnannouncedViolationException(string message, Exception? inner = null) : StorageException(message, inner);

/// <summary>The lease of the work is another node's by now, or may be. Nothing of the work was committed.</summary>
/// <param name="name">Which lease.</param>
public sealed class LeaseLostException(string name)
    : StorageException($"The lease {name} is no longer this node's; nothing of the work under it was committed.");
