using Microsoft.Extensions.Options;
using Turnpike.Kernel.Sockets;

namespace Turnpike.Kernel.Tests.Sockets;

public sealed class SocketOptionsTests
{
    [Theory]
    [InlineData("MaxSockets", "0", "is 0; allowed are 1 to 10000000")]
    [InlineData("DeadAfter", "00:00:20", "must be longer than PingInterval")]
    [InlineData("CloseTimeout", "02:00:00", "allowed are 00:00:00.1 to 01:00:00")]
    [InlineData("TrustedProxies:0", "somewhere", "has 'somewhere'")]
    [InlineData("AllowedOrigins:0", "https://shop.example/path", "without a path")]
    public async Task A_wrong_value_stops_the_start_with_a_sentence(string key, string value, string sentence)
    {
        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => TestHost.StartEchoAsync(null, (key, value)));
        Assert.Contains("Turnpike:Sockets:" + key.Split(':')[0], wrong.Message);
        Assert.Contains(sentence, wrong.Message);
    }

    [Fact]
    public void The_defaults_are_valid() => Assert.True(new SocketOptionsValidator().Validate(null, new SocketOptions()).Succeeded);

    [Theory]
    [InlineData("192.0.2.1", null, "192.0.2.1")]
    [InlineData("192.0.2.1", "198.51.100.7", "192.0.2.1")]
    [InlineData("10.0.0.1", "198.51.100.7", "198.51.100.7")]
    [InlineData("10.0.0.1", "1.1.1.1, 198.51.100.7, 10.0.0.2", "198.51.100.7")]
    [InlineData("::ffff:10.0.0.1", "198.51.100.7:4711", "198.51.100.7")]
    [InlineData("10.0.0.1", "[2001:db8::1]:80", "2001:db8::1")]
    [InlineData("10.0.0.1", "198.51.100.7, unknown", "10.0.0.1")]
    [InlineData("2001:db8:ffff::9", "198.51.100.7", "198.51.100.7")]
    public void A_client_is_who_the_nearest_untrusted_address_says(string peer, string? forwarded, string client)
    {
        var proxies = new TrustedProxies(["10.0.0.0/8", "2001:db8:ffff::9"]);
        Assert.Equal(client, proxies.ClientOf(System.Net.IPAddress.Parse(peer), forwarded).ToString());
    }
}
