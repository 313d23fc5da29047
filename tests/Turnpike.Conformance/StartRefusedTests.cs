using System.Net;
using System.Net.Sockets;

namespace Turnpike.Conformance;

/// <summary>What can be foreseen to go wrong at the start: a sentence on standard error, the right exit code, no stack trace.</summary>
public sealed class StartRefusedTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Turnpike:Server:Port=70000", "Turnpike:Server:Port is '70000'; allowed: 0 to 65535.")]
    [InlineData("Turnpike:Server:Port=http", "Turnpike:Server:Port is 'http', which is not a whole number.")]
    [InlineData("Turnpike:Server:Prot=1", "Turnpike:Server:Prot (= '1') is no setting of Turnpike")]
    [InlineData("Turnpike:Server:Log:Fromat=json", "Turnpike:Server:Log:Fromat (= 'json') is no setting of Turnpike")]
    [InlineData("Turnpike:Planetmitn:Enabled=false", "Turnpike:Planetmitn is no setting of Turnpike; known here: ")]
    [InlineData("Turnpike:Storage:MaxBatch=0", "Turnpike:Storage:MaxBatch ")]
    [InlineData("Turnpike:Storage:Folder=x", "Turnpike:Storage:Folder is 'x'; the folder is set by Turnpike:Server:Data")]
    [InlineData("Turnpike:Server:Bind=nowhere", "Turnpike:Server:Bind is 'nowhere'; allowed: an IP address, localhost or *.")]
    [InlineData("Kestrel:Endpoints:Main:Url=nothing", "Kestrel:Endpoints:Main:Url is 'nothing'; allowed: a URL")]
    [InlineData("Kestrel:Endpoints:Main:Url=https://127.0.0.1:0", "Kestrel:Endpoints cannot be used: ")]
    public async Task A_wrong_setting_is_a_usage_error(string setting, string sentence) =>
        await RefusedAsync(2, sentence, "serve", "--stream-port", "0", "--set", setting);

    [Fact]
    public async Task A_wrong_option_is_a_usage_error() => await RefusedAsync(2, "'--colour'", "serve", "--colour", "red");

    [Fact]
    public async Task No_command_is_a_usage_error() => await RefusedAsync(2, "Required command was not provided.");

    [Fact]
    public async Task A_setting_in_the_file_is_named_too()
    {
        await File.WriteAllTextAsync(_folder.File("appsettings.json"), """{ "Turnpike": { "Server": { "Dev": "perhaps" } } }""");

        await RefusedAsync(2, "Turnpike:Server:Dev is 'perhaps'; allowed: on, off and auto.", "serve");
    }

    [Fact]
    public async Task A_file_that_is_no_JSON_is_named()
    {
        await File.WriteAllTextAsync(_folder.File("appsettings.json"), """{ "Turnpike": """);

        await RefusedAsync(2, _folder.File("appsettings.json"), "serve");
    }

    [Fact]
    public async Task A_port_in_use_is_told_with_its_address()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        await RefusedAsync(1, $"http://127.0.0.1:{port}: address already in use", "serve", "--port", $"{port}", "--stream-port", "0");
    }

    [Fact]
    public async Task An_address_that_is_not_ours_is_told()
    {
        await RefusedAsync(1, "Cannot listen on http://192.0.2.1:", "serve", "--bind", "192.0.2.1", "--port", "0", "--stream-port", "0");
    }

    [Fact]
    public async Task A_second_process_on_a_data_folder_is_refused_and_the_first_goes_on()
    {
        await using var server = await ServerProcess.StartInAsync(_folder.Path);

        await RefusedAsync(1, "is in use by another process", "serve", "--port", "0", "--stream-port", "0");

        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/health/ready")).StatusCode);
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_is_told()
    {
        // A file in its place, and a place where nobody may make one: rights alone do not stop root.
        await File.WriteAllTextAsync(_folder.File("data"), "");

        await RefusedAsync(1, "The data folder ", "serve", "--port", "0", "--stream-port", "0");
        await RefusedAsync(1, "The data folder /proc/", "serve", "--port", "0", "--stream-port", "0", "--data", "/proc/turnpike");
    }

    [Fact]
    public async Task A_seed_that_others_may_read_is_refused_with_the_remedy()
    {
        Assert.Equal(0, (await TurnpikeCommand.RunAsync(_folder.Path, "seed", "new", "seed")).Code);
        File.SetUnixFileMode(_folder.File("seed"), UnixFileMode.UserRead | UnixFileMode.OtherRead);

        await RefusedAsync(1, "chmod 600", "serve", "--port", "0", "--stream-port", "0", "--set", $"Turnpike:SeedFile={_folder.File("seed")}");
    }

    [Fact]
    public async Task A_seed_that_the_database_was_not_made_with_is_refused()
    {
        await using (var server = await ServerProcess.StartInAsync(_folder.Path)) await server.StopAsync();
        Assert.Equal(0, (await TurnpikeCommand.RunAsync(_folder.Path, "seed", "new", "other")).Code);

        await RefusedAsync(1, "The seed is not the one that this ",
            "serve", "--port", "0", "--stream-port", "0", "--set", $"Turnpike:SeedFile={_folder.File("other")}");
    }

    private async Task RefusedAsync(int code, string sentence, params string[] arguments)
    {
        var (actual, text) = await TurnpikeCommand.RunAsync(_folder.Path, arguments);

        Assert.Contains(sentence, text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
        Assert.Equal(code, actual);
    }
}
