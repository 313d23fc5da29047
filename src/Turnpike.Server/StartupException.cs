namespace Turnpike.Server;

/// <summary>The server cannot start for a reason that its operator can do something about; the message is for them.</summary>
/// <param name="message">One sentence: what, where, what to do.</param>
/// <param name="isUsage">True for a setting that is wrong (exit code 2), false for what the machine refused (1).</param>
/// <param name="cause">The error beneath it.</param>
public sealed class StartupException(string message, bool isUsage = false, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>True for a wrong setting, false for what the machine refused.</summary>
    public bool IsUsage => isUsage;
}
