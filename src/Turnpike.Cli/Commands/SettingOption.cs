using System.CommandLine;
using Turnpike.Server;

namespace Turnpike.Cli.Commands;

/// <summary>The <c>--set</c> of commands that take the server's settings.</summary>
internal static class SettingOption
{
    public static Option<string[]> Create() => new("--set")
    {
        Description = "Any other setting, for example --set Turnpike:Server:Log:Format=json; never a secret",
        HelpName = "KEY=VALUE",
    };

    /// <summary>What was given, by key.</summary>
    /// <exception cref="StartupException">One is not written as KEY=VALUE.</exception>
    public static Dictionary<string, string?> Read(ParseResult parsed, Option<string[]> option)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in parsed.GetValue(option) ?? [])
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw new StartupException($"--set {pair}: written as KEY=VALUE.", isUsage: true);
            settings[pair[..equals]] = pair[(equals + 1)..];
        }

        return settings;
    }
}
