using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Turnpike.Conformance;

public sealed class ServeTests
{
    [Fact]
    public async Task A_started_server_is_live_and_ready_and_names_its_parts()
    {
        await using var server = await ServerProcess.StartAsync();

        var live = await server.Http.GetFromJsonAsync<JsonElement>("/health/live");
        var ready = await server.Http.GetFromJsonAsync<JsonElement>("/health/ready");

        Assert.Equal("live", live.GetProperty("status").GetString());
        Assert.Equal("ready", ready.GetProperty("status").GetString());
        Assert.Equal("ok", ready.GetProperty("parts").GetProperty("storage").GetProperty("status").GetString());
        Assert.Equal(0, ready.GetProperty("parts").GetProperty("feed").GetProperty("lag").GetInt64());
    }

    [Fact]
    public async Task The_stream_port_serves_health_and_nothing_that_is_no_stream()
    {
        await using var server = await ServerProcess.StartAsync();
        using var streams = new HttpClient { BaseAddress = server.Streams };

        Assert.Equal(HttpStatusCode.OK, (await streams.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await streams.GetAsync("/health/ready")).StatusCode);
        foreach (var path in (string[])["/", "/metrics", "/api/v1/", "/healthy", "/console"])
        {
            var answer = await streams.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Equal(404, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetInt32());
        }
    }

    [Fact]
    public async Task What_is_not_there_is_answered_in_JSON()
    {
        await using var server = await ServerProcess.StartAsync();

        var missing = await server.Http.GetAsync("/no/such/path");
        var wrong = await server.Http.PostAsync("/health/live", null);

        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Equal("""{"message":"Not found","status":404}""", await missing.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.MethodNotAllowed, wrong.StatusCode);
        Assert.Equal("""{"message":"Method not allowed","status":405}""", await wrong.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Metrics_are_in_the_format_of_Prometheus_and_count_what_was_asked()
    {
        await using var server = await ServerProcess.StartAsync();
        for (var i = 0; i < 3; i++) await server.Http.GetAsync("/health/live");

        var answer = await server.Http.GetAsync("/metrics");
        var families = MetricsText.Read(await answer.Content.ReadAsStringAsync());

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var requests = families["http_server_request_duration_seconds"];
        Assert.Equal("histogram", requests.Type);
        Assert.Equal(3, requests.Samples.Single(s => s.Name.EndsWith("_count", StringComparison.Ordinal)
            && s.Labels["http_route"] == "/health/live").Value);
        Assert.True(families["dotnet_process_memory_working_set_bytes"].Samples.Single().Value > 1_000_000);
        Assert.Contains(families.Keys, name => name.StartsWith("turnpike_storage_", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ChildProcess.Terminate)]
    [InlineData(ChildProcess.Interrupt)]
    public async Task A_signal_ends_the_server_in_order_with_exit_code_0(int signal)
    {
        await using var server = await ServerProcess.StartAsync();
        await server.Http.GetAsync("/health/ready");

        Assert.Equal(0, await server.StopAsync(signal));
        Assert.Contains(server.Log, line => line.Contains("has ended in order", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_killed_server_starts_again_on_its_folder_and_ports_with_the_same_seed()
    {
        using var folder = new TemporaryFolder();
        await using var first = await ServerProcess.StartInAsync(folder.Path);
        var seed = await File.ReadAllTextAsync(Path.Combine(first.Data, "seed"));
        await first.KillAsync();

        await using var second = await first.RestartAsync();

        Assert.Equal(first.Main, second.Main);
        Assert.Equal(first.Streams, second.Streams);
        Assert.Equal(HttpStatusCode.OK, (await second.Http.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(seed, await File.ReadAllTextAsync(Path.Combine(second.Data, "seed")));
    }

    [Fact]
    public async Task A_log_in_JSON_is_one_object_a_line()
    {
        await using var server = await ServerProcess.StartAsync("--set", "Turnpike:Server:Log:Format=json");
        await server.StopAsync();

        Assert.NotEmpty(server.Log);
        Assert.All(server.Log, line => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind));
    }
}
