using Microsoft.Extensions.Logging;
using Npgsql;

namespace Turnpike.Kernel.Events;

/// <summary>A task with a connection of its own, that gets a new one whenever it has failed, for as long as it takes.</summary>
/// <param name="purpose">For the log.</param>
/// <param name="connect">Opens a connection that is in no pool.</param>
/// <param name="log">Where failures go.</param>
internal sealed class PostgresSession(string purpose, Func<CancellationToken, Task<NpgsqlConnection>> connect, ILogger log)
{
    // A session that was ended is replaced at once; a database that is away is asked once a second.
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Sound = TimeSpan.FromSeconds(10);

    // The machine's clock: it paces calls to the outside, and a clock that a test holds still must not hold up delivery.
    private readonly TimeProvider _clock = TimeProvider.System;

    /// <summary>Runs a body, which does not return, with one connection after the other.</summary>
    /// <returns>When it is cancelled, and without an exception.</returns>
    public async Task RunAsync(Func<NpgsqlConnection, CancellationToken, Task> body, CancellationToken cancellation)
    {
        var pause = First;
        while (!cancellation.IsCancellationRequested)
        {
            var began = _clock.GetTimestamp();
            try
            {
                await using var connection = await connect(cancellation);
                await body(connection, cancellation);
            }
            catch (Exception exception)
            {
                if (cancellation.IsCancellationRequested) return;
                if (_clock.GetElapsedTime(began) > Sound) pause = First;
                log.SessionLost(purpose, pause.TotalMilliseconds, exception);
            }

            await Task.Delay(pause, _clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, Longest.Ticks));
        }
    }
}
