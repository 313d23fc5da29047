namespace Turnpike.Server.Tests;

public sealed class ServerOptionsTests
{
    public static TheoryData<ServerOptions, string> Wrong => new()
    {
        { new() { Bind = "here" }, "Turnpike:Server:Bind: is 'here'; allowed: an IP address, localhost or *" },
        { new() { Port = -1 }, "Turnpike:Server:Port: is '-1'; allowed: 0 to 65535" },
        { new() { StreamPort = 65_536 }, "Turnpike:Server:StreamPort: is '65536'; allowed: 0 to 65535" },
        { new() { StreamPort = 9984 }, "Turnpike:Server:StreamPort: is '9984'; allowed: another port than Turnpike:Server:Port" },
        { new() { Data = " " }, "Turnpike:Server:Data: is ' '; allowed: the path of a folder" },
        { new() { Dev = "yes" }, "Turnpike:Server:Dev: is 'yes'; allowed: on, off and auto" },
        { new() { ShutdownSeconds = 0 }, "Turnpike:Server:ShutdownSeconds: is '0'; allowed: 1 to 300" },
        { new() { MaxRequestBytes = 1 }, "Turnpike:Server:MaxRequestBytes: is '1'; allowed: 1024 to 1073741824" },
        { new() { Log = new() { Format = "xml" } }, "Turnpike:Server:Log:Format: is 'xml'; allowed: text and json" },
        {
            new() { Log = new() { Level = "3" } },
            "Turnpike:Server:Log:Level: is '3'; allowed: Trace, Debug, Information, Warning, Error, Critical and None"
        },
        { new() { Otlp = new() { Endpoint = "collector:4317" } }, "Turnpike:Server:Otlp:Endpoint: is 'collector:4317'; allowed: an http or https URL" },
    };

    public static TheoryData<ServerOptions> Right =>
    [
        new() { },
        new() { Bind = "*", Port = 0, StreamPort = 0 },
        new() { Bind = "::1", Dev = "off", ShutdownSeconds = 300 },
        new() { Bind = "localhost", Log = new() { Format = "json", Level = "debug" } },
        new() { Otlp = new() { Endpoint = "http://127.0.0.1:4317" } },
    ];

    [Theory, MemberData(nameof(Wrong))]
    public void A_wrong_setting_is_told_with_its_key_what_it_was_and_what_is_allowed(ServerOptions options, string sentence)
    {
        var result = new ServerOptionsValidator().Validate(null, options);

        Assert.Equal([$"Property {sentence}"], result.Failures);
    }

    [Theory, MemberData(nameof(Right))]
    public void A_right_setting_passes(ServerOptions options) => Assert.True(new ServerOptionsValidator().Validate(null, options).Succeeded);

    [Fact]
    public void All_that_is_wrong_is_told_at_once() =>
        Assert.Equal(2, new ServerOptionsValidator().Validate(null, new ServerOptions { Dev = "", Port = 70_000 }).Failures!.Count());
}
