namespace Turnpike.Conformance;

/// <summary>Runs the real <c>turnpike</c> command.</summary>
public static class TurnpikeCommand
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "turnpike.dll");

    /// <summary>Starts it and returns at once.</summary>
    public static ChildProcess Start(string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null) =>
        ChildProcess.Start("dotnet", [Program, .. arguments], folder, environment);

    /// <summary>Runs it to its end.</summary>
    /// <returns>Its exit code and all that it wrote.</returns>
    public static async Task<(int Code, string Text)> RunAsync(string folder, params string[] arguments)
    {
        await using var process = Start(folder, arguments);
        var code = await process.ExitAsync();
        return (code, process.Text());
    }
}
