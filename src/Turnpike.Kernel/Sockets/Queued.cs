namespace Turnpike.Kernel.Sockets;

/// <summary>How an outbox took something.</summary>
internal enum Queued
{
    /// <summary>Not taken: no room.</summary>
    Full,

    /// <summary>Not taken: a close is queued, or the connection is gone.</summary>
    Closed,

    /// <summary>Taken; whoever is sending or about to send will send it.</summary>
    Taken,

    /// <summary>Taken, and the caller must see to it that a pass is made.</summary>
    Idle,
}
