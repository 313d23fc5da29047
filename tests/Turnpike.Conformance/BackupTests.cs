namespace Turnpike.Conformance;

public sealed class BackupTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_backup_made_while_the_server_runs_is_whole_and_starts_a_server()
    {
        string seed;
        await using (var server = await ServerProcess.StartInAsync(_folder.Path))
        {
            var (code, text) = await TurnpikeCommand.RunAsync(_folder.Path, "backup", "copy.db");
            Assert.True(code == 0, text);
            seed = await File.ReadAllTextAsync(Path.Combine(server.Data, "seed"));
        }

        Directory.Delete(_folder.File("data"), recursive: true);
        Directory.CreateDirectory(_folder.File("data"));
        File.Move(_folder.File("copy.db"), _folder.File("data/turnpike.db"));
        var checkedCopy = await TurnpikeCommand.RunAsync(_folder.Path, "check");
        Assert.True(checkedCopy.Code == 0, checkedCopy.Text);
        await File.WriteAllTextAsync(_folder.File("data/seed"), seed);
        File.SetUnixFileMode(_folder.File("data/seed"), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        await using var again = await ServerProcess.StartInAsync(_folder.Path);
        Assert.True((await again.Http.GetAsync("/health/ready")).IsSuccessStatusCode);
    }

    [Fact]
    public async Task A_backup_overwrites_nothing_and_needs_a_database()
    {
        var none = await TurnpikeCommand.RunAsync(_folder.Path, "backup", "copy.db");
        Assert.Equal(1, none.Code);
        Assert.Contains("There is no database", none.Text, StringComparison.Ordinal);

        await using var server = await ServerProcess.StartInAsync(_folder.Path);
        await File.WriteAllTextAsync(_folder.File("copy.db"), "mine");
        var taken = await TurnpikeCommand.RunAsync(_folder.Path, "backup", "copy.db");
        Assert.Equal(1, taken.Code);
        Assert.Equal("mine", await File.ReadAllTextAsync(_folder.File("copy.db")));
    }

    [Fact]
    public async Task A_check_looks_at_a_folder_while_its_server_runs()
    {
        await using var server = await ServerProcess.StartInAsync(_folder.Path);

        var (code, text) = await TurnpikeCommand.RunAsync(_folder.Path, "check");

        Assert.True(code == 0, text);
        Assert.EndsWith("data is whole.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_database_is_found()
    {
        await using (await ServerProcess.StartInAsync(_folder.Path)) { }
        await using (var file = File.OpenWrite(_folder.File("data/turnpike.db")))
        {
            file.Position = 100;
            file.Write(new byte[16_000]);
        }

        var (code, text) = await TurnpikeCommand.RunAsync(_folder.Path, "check");

        Assert.Equal(1, code);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.NotEqual("", text);
    }
}
