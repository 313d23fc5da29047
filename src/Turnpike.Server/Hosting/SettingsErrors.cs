using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Turnpike.Server.Hosting;

/// <summary>Turns what configuration and options throw into sentences: which key, what it was, what is allowed.</summary>
internal static partial class SettingsErrors
{
    /// <summary>The sentence for <paramref name="error"/>, or null if it is not about settings.</summary>
    public static StartupException? Explain(Exception error, IConfiguration configuration) => error switch
    {
        StartupException known => known,
        OptionsValidationException invalid => Wrong(string.Join("\n", invalid.Failures.Select(Failure)), error),
        AggregateException several when several.InnerExceptions.All(e => Explain(e, configuration) is not null) =>
            Wrong(string.Join("\n", several.InnerExceptions.Select(e => Explain(e, configuration)!.Message)), error),
        InvalidDataException or FormatException => Wrong(Sentence(error), error),
        InvalidOperationException when Unknown().IsMatch(error.Message) => Wrong(UnknownKeys(error.Message, configuration), error),
        InvalidOperationException when Unconvertible().Match(error.Message) is { Success: true } match =>
            Wrong($"{match.Groups["key"]} is '{match.Groups["value"]}', which is not {Type(match.Groups["type"].Value)}.", error),
        _ => null,
    };

    /// <summary>Refuses sections beneath <c>Turnpike</c> that nothing reads: a mistyped name must not be ignored.</summary>
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="known">The names that are read.</param>
    public static void RefuseUnknownSections(IConfiguration configuration, IReadOnlyCollection<string> known)
    {
        foreach (var section in configuration.GetSection("Turnpike").GetChildren())
        {
            if (!known.Contains(section.Key, StringComparer.OrdinalIgnoreCase))
            {
                var names = string.Join(", ", known.Order(StringComparer.Ordinal));
                throw Wrong($"{section.Path} is no setting of Turnpike; known here: {names}.", null);
            }
        }
    }

    private static StartupException Wrong(string message, Exception? cause) => new(message, isUsage: true, cause);

    // ValidateOptionsResultBuilder says "Property Turnpike:Server:Port: is '…'; allowed: …".
    private static string Failure(string failure) => Property().Replace(failure, "$1 ") + ".";

    private static string UnknownKeys(string message, IConfiguration configuration)
    {
        var list = message[(message.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var names = Quoted().Matches(list).Select(m => m.Groups[1].Value).ToList();
        var keys = configuration.AsEnumerable()
            .Where(e => e.Key.StartsWith("Turnpike:", StringComparison.OrdinalIgnoreCase))
            .Where(e => names.Contains(e.Key.Split(':')[^1], StringComparer.OrdinalIgnoreCase))
            .Select(e => e.Value is null ? e.Key : $"{e.Key} (= '{e.Value}')")
            .ToList();
        var told = string.Join(" and ", keys.Count > 0 ? keys : names);
        return $"{told} is no setting of Turnpike; a key is written exactly as the documentation has it.";
    }

    private static string Sentence(Exception error) =>
        error.InnerException is { } inner ? $"{error.Message.TrimEnd('.')}: {inner.Message}" : error.Message;

    private static string Type(string name) => name switch
    {
        "System.Int32" or "System.Int64" => "a whole number",
        "System.Boolean" => "true or false",
        "System.TimeSpan" => "a time span (hh:mm:ss)",
        "System.Double" => "a number",
        _ => $"a {name.Split('.')[^1]}",
    };

    [GeneratedRegex("^'ErrorOnUnknownConfiguration' was set")]
    private static partial Regex Unknown();

    [GeneratedRegex("'([^']*)'")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^Property ([\w:]+): ")]
    private static partial Regex Property();

    [GeneratedRegex("^Failed to convert configuration value '(?<value>[^']*)' at '(?<key>[^']*)' to type '(?<type>[^']*)'")]
    private static partial Regex Unconvertible();
}
