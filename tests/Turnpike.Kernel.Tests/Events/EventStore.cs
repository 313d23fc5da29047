using System.Globalization;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;
using Turnpike.Kernel.Tests.Storage;

namespace Turnpike.Kernel.Tests.Events;

/// <summary>Commits events of the tests, and waits for them.</summary>
internal static class EventStore
{
    public static Task<Result<int>> AppendAsync(this TestStore store, string topic, params int[] numbers) =>
        store.Database.CommitAsync<int>(Locks.None, work =>
        {
            foreach (var number in numbers) work.Append(topic, new Happened(number, topic), TestJson.Default.Happened);
            return new(numbers.Length);
        }, CancellationToken.None);

    public static async Task<List<string>> ReadAllAsync(this TestStore store, string prefix, Cursor after, int limit)
    {
        await store.SettledAsync();
        var log = new EventLog(store.Database);
        var all = new List<string>();
        while (true)
        {
            Assert.True((await log.ReadAsync(prefix, after, limit, CancellationToken.None)).TryGet(out var page, out var error),
                error?.Name);
            Assert.InRange(page.Events.Count, 0, limit);
            all.AddRange(page.Events.Select(Text));
            after = page.Next;
            if (page.IsHead) return all;
        }
    }

    /// <summary>Waits until the feed has all that is in the table.</summary>
    public static async Task SettledAsync(this TestStore store)
    {
        var newest = await store.Database.NumberAsync("SELECT coalesce(max(position), 0) FROM event");
        while (store.Database.Feed.Head < newest) await Task.Yield();
    }

    public static string Text(CommittedEvent e) => string.Create(CultureInfo.InvariantCulture, $"{e.Topic}@{e.Position}");
}

/// <summary>A subscriber that remembers, and tells when a position has come.</summary>
internal sealed class Memory(Func<CommittedEvent, ValueTask>? then = null)
{
    private readonly Lock _lock = new();
    private readonly List<CommittedEvent> _events = [];
    private readonly List<(long Position, TaskCompletionSource Come)> _waiting = [];

    public List<CommittedEvent> Events
    {
        get
        {
            lock (_lock) return [.. _events];
        }
    }

    public async ValueTask OnEvent(CommittedEvent e)
    {
        lock (_lock)
        {
            _events.Add(e);
            foreach (var (position, come) in _waiting)
            {
                if (position <= e.Position) come.TrySetResult();
            }
        }

        if (then is not null) await then(e);
    }

    public Task UntilAsync(long position)
    {
        lock (_lock)
        {
            if (_events.Count > 0 && _events[^1].Position >= position) return Task.CompletedTask;
            var come = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((position, come));
            return come.Task;
        }
    }
}
