using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;
using Turnpike.Kernel.Tests.Events;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Storage;

public sealed class ServiceTests
{
    [Fact]
    public async Task The_host_opens_the_store_starts_the_feed_and_closes_both()
    {
        var folder = Directory.CreateTempSubdirectory("turnpike-test-").FullName;
        var memory = new Memory();
        using (var host = Build(("Turnpike:Storage:Folder", folder), ("Turnpike:Events:Topics:0:Prefix", "a/"),
            ("Turnpike:Events:Topics:0:Count", "7")))
        {
            var topic = Assert.Single(host.Services.GetRequiredService<IOptions<EventOptions>>().Value.Topics);
            Assert.Equal(("a/", 7), (topic.Prefix, topic.Count));
            host.Services.GetRequiredService<Feed>().Subscribe("test/", memory.OnEvent);
            await host.StartAsync();
            var database = host.Services.GetRequiredService<IDatabase>();
            await database.OpenAccountAsync(1, 0);
            Assert.True((await database.PostAsync(1, 1, 1)).IsOk);
            await memory.UntilAsync(1);
            Assert.NotNull(host.Services.GetRequiredService<EventLog>());
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }

        await using (var again = await TestStore.OpenAsync(new StorageOptions { Folder = folder }))
            Assert.Equal(1, await again.Database.NumberAsync("SELECT balance FROM account"));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("Turnpike:Storage:MaxBatch", "0", "Turnpike:Storage:MaxBatch: is 0; allowed are 1 to 4096")]
    [InlineData("Turnpike:Events:Batch", "0", "Turnpike:Events:Batch: is 0; allowed are 1 to 10000")]
    [InlineData("Turnpike:Events:Age", "00:00:00", "Turnpike:Events:Age: is 00:00:00; allowed are more than nothing")]
    [InlineData("Turnpike:Events:Topics:0:Prefix", "", "Turnpike:Events:Topics:0:Prefix: is ''; allowed are prefixes")]
    [InlineData("Turnpike:Storage:MaxBatches", "1", "MaxBatches")]
    public async Task A_wrong_or_mistyped_option_stops_the_start(string key, string value, string sentence)
    {
        var folder = Directory.CreateTempSubdirectory("turnpike-test-").FullName;
        var host = Build(("Turnpike:Storage:Folder", folder), (key, value));
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync());
        Assert.Contains(sentence, exception.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder));
        await ((IAsyncDisposable)host).DisposeAsync();
        Directory.Delete(folder);
    }

    [Fact]
    public async Task What_the_store_does_is_counted()
    {
        using var counts = new MeterCounts();
        var options = new StorageOptions { Folder = Directory.CreateTempSubdirectory("turnpike-test-").FullName };
        await using (var database = await Database.OpenAsync(options, new(),
            [new MigrationModule("Test", typeof(TestStore).Assembly)],
            new ManualTimeProvider(), counts.Meters, NullLoggerFactory.Instance, CancellationToken.None))
        {
            var memory = new Memory();
            database.Feed.Subscribe("", memory.OnEvent);
            database.Feed.Start();
            await database.OpenAccountAsync(1, 0);
            await database.PostAsync(1, 1, 1);
            await database.PostAsync(1, 1, 1);
            await Assert.ThrowsAsync<UnannouncedViolationException>(() => database.OpenAccountAsync(1, 0));
            await memory.UntilAsync(1);
            counts.Observe();
        }

        Directory.Delete(options.Folder, recursive: true);
        Assert.Equal(2, counts["turnpike.storage.works ok"]);
        Assert.Equal(1, counts["turnpike.storage.works refused"]);
        Assert.Equal(1, counts["turnpike.storage.works failed"]);
        Assert.Equal(4, counts["turnpike.storage.batch.works"]);
        Assert.Equal(4, counts["turnpike.storage.commit.duration"]);
        Assert.Equal(1, counts["turnpike.events.published"]);
        Assert.Equal(1, counts["turnpike.events.handed ok"]);
        Assert.Equal(0, counts["turnpike.storage.queue.length"]);
        Assert.True(counts.Has("turnpike.events.lag"));
    }

    private static IHost Build(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.Services.AddLogging(l => l.ClearProviders());
        builder.Services.AddSingleton(new MigrationModule("Test", typeof(TestStore).Assembly));
        builder.Services.AddTurnpikeStorage();
        return builder.Build();
    }
}
