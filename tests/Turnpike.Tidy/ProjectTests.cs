using System.Text.RegularExpressions;

namespace Turnpike.Tidy;

/// <summary>The repository as a whole.</summary>
public sealed partial class ProjectTests
{
    // Put together so that this file does not hold what it looks for: folders of one machine, and hosts that a clone must not depend on.
    private static readonly string[] Foreign =
    [
        "/wo" + "rk/", "/tmp" + "/wt", "/ro" + "ot/", "/ho" + "me/", ".lib" + "rary/",
        "registry." + "npmjs.org", "registry." + "yarnpkg.com", "api." + "nuget.org", "nuget." + "org/v3",
    ];

    [Fact]
    public void No_file_names_a_machine_or_a_registry() =>
        Report.None("Paths of one machine, or a registry:", Repository.Files.Where(IsText)
            .SelectMany(f => Repository.Lines(f).Select((line, i) => (f, i: i + 1, line)))
            .Where(l => Foreign.Any(w => l.line.Contains(w, StringComparison.Ordinal)))
            .Select(l => $"{l.f}:{l.i}: {l.line.Trim()[..Math.Min(l.line.Trim().Length, 120)]}"));

    [Fact]
    public void Lock_files_of_npm_resolve_nothing_from_a_host() =>
        Report.None("Resolved from a host:", Repository.Files.Where(f => f.EndsWith("package-lock.json", StringComparison.Ordinal))
            .Where(f => Repository.Read(f).Contains("\"resolved\": \"http", StringComparison.Ordinal)));

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Read("Turnpike.slnx");
        Report.None("Not in Turnpike.slnx:", Repository.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal))
            .Where(f => !solution.Contains($"\"{f}\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_project_in_src_has_its_tests()
    {
        Report.None("Without a test project:", Repository.Files
            .Where(f => f.StartsWith("src/", StringComparison.Ordinal) && f.EndsWith(".csproj", StringComparison.Ordinal))
            .Select(f => Path.GetFileNameWithoutExtension(f))
            .Where(p => p != "Turnpike.Cli")                            // the command is tested as a process, in Turnpike.Conformance
            .Where(p => !Repository.Files.Contains($"tests/{p}.Tests/{p}.Tests.csproj")));
    }

    [Fact]
    public void The_changelog_has_a_place_for_what_is_not_released() =>
        Assert.Contains("## Unreleased", Repository.Lines("CHANGELOG.md"));

    [Fact]
    public void The_readme_names_what_the_launcher_has()
    {
        var readme = Repository.Read("README.md");
        Report.None("Commands that README.md does not name:",
            new[] { "demo", "serve", "test", "bench" }.Where(c => !readme.Contains($"./turnpike {c}", StringComparison.Ordinal)));
    }

    [Fact]
    public void Decisions_are_numbered_without_holes()
    {
        var numbers = Repository.Files.Select(f => Decision().Match(f)).Where(m => m.Success).Select(m => int.Parse(m.Groups[1].Value, provider: null));
        var ordered = numbers.Order().ToList();
        Assert.Equal(Enumerable.Range(1, ordered.Count), ordered);
        Report.None("In docs/decisions, but no NNNN-title.md:", Repository.Files
            .Where(f => f.StartsWith("docs/decisions/", StringComparison.Ordinal) && !Decision().IsMatch(f)));
    }

    [Fact]
    public void Scripts_can_be_run()
    {
        const UnixFileMode Run = UnixFileMode.UserExecute;
        Report.None("Not executable:", new[] { "turnpike", ".ci/run" }
            .Where(f => (File.GetUnixFileMode(Path.Combine(Repository.Root, f)) & Run) == 0));
    }

    // Vectors and lock files are data; a vector may well hold a path.
    private static bool IsText(string file) =>
        Path.GetExtension(file) is ".cs" or ".csproj" or ".props" or ".slnx" or ".md" or ".sql" or ".sh" or ".mjs" or ".js" or ".py" or ".yml" or ""
            or ".npmrc" or ".editorconfig" or ".gitignore"
        || (file.EndsWith(".json", StringComparison.Ordinal) && !file.StartsWith("tests/vectors/", StringComparison.Ordinal));

    [GeneratedRegex(@"^docs/decisions/(\d{4})-[a-z0-9-]+\.md$")]
    private static partial Regex Decision();
}
