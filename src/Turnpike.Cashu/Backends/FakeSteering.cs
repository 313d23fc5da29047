using System.Globalization;

namespace Turnpike.Cashu.Backends;

/// <summary>What an invoice's description asks the simulated node to do, so that any client can test what seldom happens.</summary>
/// <param name="Kind">What is to happen.</param>
/// <param name="Delay">For how long, where that is said; null for the node's usual delay.</param>
/// <remarks>docs/specs/cashu.md 9.2.</remarks>
internal readonly record struct FakeSteering(FakeSteeringKind Kind, TimeSpan? Delay)
{
    // A day: more would only be a row that nobody waits for.
    private const int MaxMilliseconds = 86_400_000;

    /// <summary>Reads a description; anything that is no such word is <see cref="FakeSteeringKind.None"/>.</summary>
    public static FakeSteering Read(string? description) => description switch
    {
        "fake:hold" => new(FakeSteeringKind.Hold, null),
        "fake:fail" => new(FakeSteeringKind.Fail, null),
        "fake:lost" => new(FakeSteeringKind.Lost, null),
        not null when TryReadDelay(description, "fake:pending=", out var delay) => new(FakeSteeringKind.Pending, delay),
        not null when TryReadDelay(description, "fake:unknown=", out var delay) => new(FakeSteeringKind.Unknown, delay),
        _ => default,
    };

    private static bool TryReadDelay(string description, string word, out TimeSpan delay)
    {
        delay = default;
        if (!description.StartsWith(word, StringComparison.Ordinal)) return false;
        var digits = description.AsSpan(word.Length);
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) || ms > MaxMilliseconds) return false;
        delay = TimeSpan.FromMilliseconds(ms);
        return true;
    }
}

/// <summary>What the simulated node can be asked to do.</summary>
internal enum FakeSteeringKind
{
    /// <summary>What it always does.</summary>
    None,

    /// <summary>An invoice of ours: not to be paid by itself.</summary>
    Hold,

    /// <summary>A payment: to fail.</summary>
    Fail,

    /// <summary>A payment: to be in flight for so long, and then to arrive.</summary>
    Pending,

    /// <summary>A payment: not to be told of for so long, and then to have arrived.</summary>
    Unknown,

    /// <summary>A payment: never to be heard of by the node.</summary>
    Lost,
}
