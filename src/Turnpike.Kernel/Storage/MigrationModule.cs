using System.Reflection;

namespace Turnpike.Kernel.Storage;

/// <summary>
/// A part with tables of its own. Its migrations are resources named <c>{Name}/0001_what.sqlite.sql</c>, later also
/// <c>….postgres.sql</c>; numbers start at 1 and have no gaps. A migration that has been released is never changed.
/// </summary>
/// <param name="Name">The module's name, also in the table of applied migrations.</param>
/// <param name="Assembly">Where the resources are.</param>
public sealed record MigrationModule(string Name, Assembly Assembly)
{
    /// <summary>The kernel's own tables: migrations, events, floors. Always applied first.</summary>
    public static MigrationModule Kernel { get; } = new("Kernel", typeof(MigrationModule).Assembly);
}
