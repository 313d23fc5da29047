namespace Turnpike.Conformance;

/// <summary>Runs a script of <c>tests/Turnpike.Conformance/npm</c> with node, beside the npm clients that are installed there.</summary>
public static class NodeScript
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Turnpike.Conformance", "npm");

    /// <summary>Starts a script and returns at once: for clients that listen while the test goes on.</summary>
    /// <param name="script">The file's name, for example <c>clients.mjs</c>.</param>
    /// <param name="arguments">In <c>process.argv</c> from index 2.</param>
    public static ChildProcess Start(string script, params string[] arguments)
    {
        Assert.True(Directory.Exists(Path.Combine(Folder, "node_modules")),
            $"The npm clients are not installed; ./turnpike test does it, or: npm ci --ignore-scripts in {Folder}");
        return ChildProcess.Start("node", [Path.Combine(Folder, script), .. arguments], Folder);
    }

    /// <summary>Runs a script to its end, which must be with exit code 0.</summary>
    /// <returns>What it wrote, a line each.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(string script, params string[] arguments)
    {
        await using var process = Start(script, arguments);
        var code = await process.ExitAsync();
        Assert.True(code == 0, $"{script} ended with {code}; it said:\n{process.Text()}");
        return process.Lines;
    }
}
