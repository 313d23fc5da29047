namespace Turnpike.Bench.Harness;

/// <summary>How a bench is run.</summary>
/// <param name="Json">One JSON object a row instead of the table.</param>
/// <param name="Quick">One run of each pair and shorter windows: shows that all of it works, not how fast.</param>
internal sealed record Settings(bool Json, bool Quick)
{
    /// <summary>Runs of which a figure is the median; within a run the servers take turns.</summary>
    public int Runs => Quick ? 1 : 5;

    public TimeSpan WarmUp => Quick ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(2);

    public TimeSpan Window => Quick ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(3);

    /// <summary>What comes before a reading of memory, so that the process is at rest.</summary>
    public static TimeSpan Rest => TimeSpan.FromSeconds(2);

    public static Task WaitAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System);
}
