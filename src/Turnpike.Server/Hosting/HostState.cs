using Turnpike.Kernel.Crypto;

namespace Turnpike.Server.Hosting;

/// <summary>What becomes known between building and serving.</summary>
internal sealed class HostState
{
    private volatile bool _hasStarted;

    /// <summary>True once every listener is open.</summary>
    public bool HasStarted
    {
        get => _hasStarted;
        set => _hasStarted = value;
    }

    /// <summary>The installation's seed.</summary>
    public Seed Seed
    {
        get => field ?? throw new InvalidOperationException("The seed is read when the server starts, not before.");
        set;
    }
}
