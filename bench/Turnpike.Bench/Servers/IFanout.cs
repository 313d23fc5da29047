namespace Turnpike.Bench.Servers;

/// <summary>What a server under test does with events; <see cref="Publisher"/> drives all of them by the same rule.</summary>
internal interface IFanout
{
    /// <summary>Gives a block of events to every subscriber, as the server's own API has it.</summary>
    ValueTask PublishAsync(IReadOnlyList<long> block);

    /// <summary>Completes when of the events published so far all but the last <paramref name="ahead"/> are handed over.</summary>
    ValueTask HandedOverAsync(int ahead);
}
