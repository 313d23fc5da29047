using Microsoft.Extensions.Options;

namespace Turnpike.Kernel.Events;

/// <summary>How long events are kept, and the feed's bounds (<c>Turnpike:Events</c>).</summary>
public sealed record EventOptions
{
    /// <summary>Committed events held in memory for subscribers, at most. Default 8192; who is further behind reads the table.</summary>
    public int TailEvents { get; set; } = 8192;

    /// <summary>Bytes of payload held in memory for subscribers, at most. Default 16 MiB.</summary>
    public long TailBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How long an event is kept. Default 7 days: longer than a client stays away that wants to resume.</summary>
    public TimeSpan Age { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How many events are kept. Default 1 000 000, some 400 MB.</summary>
    public long Count { get; set; } = 1_000_000;

    /// <summary>Topics that are kept for another time; of several prefixes that fit, the longest counts.</summary>
    public IList<TopicRetention> Topics { get; } = [];

    /// <summary>How often old events are looked for. Default 1 minute.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Events deleted in one work, at most. Default 500: about a millisecond of the writer's time.</summary>
    public int Batch { get; set; } = 500;
}

/// <summary>How long the events of some topics are kept.</summary>
public sealed record TopicRetention
{
    /// <summary>What the topics begin with; ends with <c>/</c> where a whole name is meant.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>How long an event is kept.</summary>
    public TimeSpan Age { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How many events are kept.</summary>
    public long Count { get; set; } = 1_000_000;
}

/// <summary>Says which key is wrong, what it was and what is allowed.</summary>
internal sealed class EventOptionsValidator : IValidateOptions<EventOptions>
{
    public ValidateOptionsResult Validate(string? name, EventOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        Require(errors, options.TailEvents is >= 16 and <= 1_000_000, options.TailEvents, "16 to 1000000", "TailEvents");
        Require(errors, options.TailBytes is >= 65_536 and <= 1L << 32, options.TailBytes, "65536 to 4294967296", "TailBytes");
        Require(errors, options.Batch is >= 1 and <= 10_000, options.Batch, "1 to 10000", "Batch");
        var often = options.Interval > TimeSpan.Zero && options.Interval <= TimeSpan.FromDays(1);
        Require(errors, often, options.Interval, "up to 1 day", "Interval");
        RequireKept(errors, options.Age, options.Count, "");
        for (var i = 0; i < options.Topics.Count; i++)
        {
            var topic = options.Topics[i];
            RequireKept(errors, topic.Age, topic.Count, $"Topics:{i}:");
            var first = options.Topics.TakeWhile(t => t != topic).All(t => t.Prefix != topic.Prefix);
            Require(errors, topic.Prefix.Length > 0 && first, $"'{topic.Prefix}'", "prefixes that differ and are not empty",
                $"Topics:{i}:Prefix");
        }

        return errors.Build();
    }

    private static void RequireKept(ValidateOptionsResultBuilder errors, TimeSpan age, long count, string at)
    {
        Require(errors, age > TimeSpan.Zero && age <= TimeSpan.FromDays(36_500), age, "more than nothing, up to 36500 days", at + "Age");
        Require(errors, count is >= 1 and <= 1_000_000_000_000, count, "1 to 1000000000000", at + "Count");
    }

    private static void Require(ValidateOptionsResultBuilder errors, bool holds, object value, string allowed, string key)
    {
        if (!holds) errors.AddError($"is {value}; allowed are {allowed}", $"Turnpike:Events:{key}");
    }
}
