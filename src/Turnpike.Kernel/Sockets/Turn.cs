namespace Turnpike.Kernel.Sockets;

/// <summary>Whether an outbox lets frames pass that are not queued in it.</summary>
internal enum Turn
{
    /// <summary>No: a close is queued, or the connection is gone.</summary>
    None,

    /// <summary>No: they have to be queued behind what waits.</summary>
    Busy,

    /// <summary>Yes: the caller is the sender.</summary>
    Mine,
}
