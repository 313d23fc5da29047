namespace Turnpike.Cli.Commands;

/// <summary>What one system does, step by step, on a server of its own.</summary>
internal interface IDemonstration : IAsyncDisposable
{
    /// <summary>Runs all steps, a line for each.</summary>
    /// <returns>True if every one of them held.</returns>
    Task<bool> RunAsync(CancellationToken cancellation);
}
