using System.CommandLine;

namespace Turnpike.Cli.Commands;

/// <summary>The <c>--data</c> of commands that look at a data folder without a server.</summary>
internal static class DataOption
{
    public static Option<string> Create() => new("--data")
    {
        Description = "The data folder (default ./data)",
        HelpName = "DIR",
        DefaultValueFactory = static _ => "data",
    };

    /// <summary>The database of a data folder.</summary>
    public static string Database(string folder) => Path.Combine(Path.GetFullPath(folder), "turnpike.db");
}
