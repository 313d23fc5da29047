using System.Diagnostics;

namespace Turnpike.Tidy;

/// <summary>The files of the repository, as git has them or would take them.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>Every file that is tracked, or new and not ignored; with forward slashes, from the root.</summary>
    public static IReadOnlyList<string> Files { get; } = List();

    /// <summary>The C# sources beneath a folder.</summary>
    public static IEnumerable<string> Sources(string folder) =>
        Files.Where(f => f.StartsWith(folder + "/", StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal));

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Turnpike.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Tidy runs from within the repository: beneath the folder of Turnpike.slnx.");
    }

    private static List<string> List()
    {
        // What git does not know here (a source archive, a checkout owned by someone else) is found by walking.
        var start = new ProcessStartInfo("git", ["ls-files", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Path.Exists(Path.Combine(Root, ".git")))
        {
            using var git = Process.Start(start)!;
            var listed = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            if (git.ExitCode == 0)
                return [.. listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(f => File.Exists(Path.Combine(Root, f))).Distinct()];
        }

        string[] skipped = ["artifacts", "node_modules", ".git", "data", "bin", "obj"];
        return [.. Walk(new DirectoryInfo(Root))];

        IEnumerable<string> Walk(DirectoryInfo folder) =>
            folder.GetFiles().Select(f => Path.GetRelativePath(Root, f.FullName).Replace('\\', '/'))
                .Concat(folder.GetDirectories().Where(d => !skipped.Contains(d.Name)).SelectMany(Walk));
    }
}
