using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Storage;

/// <summary>Keysets were made, became inactive or were forgotten. What there is now is in the table.</summary>
/// <param name="Active">The ids of the active ones.</param>
/// <remarks>docs/specs/cashu.md 8 and 13.</remarks>
internal sealed record KeysetsChanged(IReadOnlyList<string> Active) : IEvent
{
    /// <inheritdoc/>
    public static string EventType => "cashu.keysets_changed";

    /// <inheritdoc/>
    public static int EventVersion => 1;

    /// <summary>Queues the event.</summary>
    public static void Append(Work work, IEnumerable<KeysetId> active) =>
        work.Append(CashuTopics.Keysets, new KeysetsChanged([.. active.Select(id => id.ToString())]), CashuEvents.Default.KeysetsChanged);
}
