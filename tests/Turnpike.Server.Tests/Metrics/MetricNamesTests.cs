using Turnpike.Server.Metrics;

namespace Turnpike.Server.Tests.Metrics;

public sealed class MetricNamesTests
{
    [Theory]
    [InlineData("turnpike.planetmint.blocks.committed", "{block}", "turnpike_planetmint_blocks_committed_total")]
    [InlineData("turnpike.sockets.sent", "By", "turnpike_sockets_sent_bytes_total")]
    [InlineData("work.total", null, "work_total")]
    [InlineData("work.bytes", "By", "work_bytes_total")]
    [InlineData("total", "", "total")]
    [InlineData("9lives", null, "_9lives_total")]
    [InlineData("a--b  c", null, "a_b_c_total")]
    [InlineData("rate", "By/s", "rate_bytes_per_second_total")]
    [InlineData("rate", "{frame}/s", "rate_per_second_total")]
    public void A_counter_ends_in_total_after_its_unit(string name, string? unit, string expected) =>
        Assert.Equal(expected, MetricNames.Family(name, unit, MetricKind.Counter));

    [Theory]
    [InlineData("cpu.used", "1", "cpu_used_ratio")]
    [InlineData("cpu.used", "%", "cpu_used_percent")]
    [InlineData("waiting", "{work}", "waiting")]
    [InlineData("age", "s", "age_seconds")]
    [InlineData("age.seconds", "s", "age_seconds")]
    public void A_gauge_ends_in_its_unit(string name, string? unit, string expected) =>
        Assert.Equal(expected, MetricNames.Family(name, unit, MetricKind.Gauge));

    [Theory]
    [InlineData("http.route", "http_route")]
    [InlineData("a:b", "a_b")]
    [InlineData("0", "_0")]
    [InlineData("", "_")]
    public void A_label_has_letters_digits_and_underscores(string tag, string expected) => Assert.Equal(expected, MetricNames.Label(tag));
}
