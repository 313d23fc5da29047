namespace Turnpike.Cli;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    /// <summary>Done as asked.</summary>
    public const int Ok = 0;

    /// <summary>The machine or the other side refused, or a check found something.</summary>
    public const int Failed = 1;

    /// <summary>The command or a setting was written wrongly.</summary>
    public const int Usage = 2;
}
