namespace Turnpike.Cashu.Endpoints;

/// <summary>How often the payer looks.</summary>
/// <remarks>docs/specs/cashu.md 7.5. Not an option: an operator has no reason to change it.</remarks>
internal sealed record PayerPace
{
    /// <summary>The pause after the first answer that settled nothing; doubles.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often the table is looked into for what another server has left, or what is to be asked about again.</summary>
    public TimeSpan Scan { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>When a payment that failed is asked about first, lest a server that slept sent it after all.</summary>
    public TimeSpan AfterRelease { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The pause after one of these.</summary>
    public TimeSpan After(TimeSpan pause) => pause * 2 < Longest ? pause * 2 : Longest;
}
