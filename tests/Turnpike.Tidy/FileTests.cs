using System.Text.RegularExpressions;

namespace Turnpike.Tidy;

/// <summary>The shape of source files.</summary>
public sealed partial class FileTests
{
    private const int MaxLines = 350;
    private const int MaxColumns = 140;

    private static readonly string[] Text = [".cs", ".csproj", ".props", ".slnx", ".json", ".md", ".sql", ".sh", ".mjs", ".js", ".py", ".txt", ""];

    private static IEnumerable<string> Sources => Repository.Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal));

    [Fact]
    public void Sources_are_short() =>
        Report.None($"Longer than {MaxLines} lines:", Repository.Sources("src").Select(f => (f, n: Repository.Lines(f).Length))
            .Where(f => f.n > MaxLines).Select(f => $"{f.f}: {f.n}"));

    [Fact]
    public void Lines_are_short() =>
        Report.None($"Longer than {MaxColumns} columns:", Sources
            .Where(f => !f.StartsWith("tests/", StringComparison.Ordinal))
            .SelectMany(f => Repository.Lines(f).Select((l, i) => (f, i: i + 1, l.Length))).Where(l => l.Length > MaxColumns)
            .Select(l => $"{l.f}:{l.i}: {l.Length}"));

    [Fact]
    public void Text_files_end_in_one_line_feed_and_have_no_carriage_returns() =>
        Report.None("Not UTF-8 text with \\n, ending in one:", Repository.Files.Where(f => Text.Contains(Path.GetExtension(f)))
            .Where(f => f.StartsWith("src/", StringComparison.Ordinal) || f.EndsWith(".cs", StringComparison.Ordinal) || Path.GetExtension(f) is ".md" or ".sh")
            .Where(f => Repository.Read(f) is var text && text.Length > 0
                && (text.Contains('\r', StringComparison.Ordinal) || !text.EndsWith('\n') || text.EndsWith("\n\n", StringComparison.Ordinal))));

    [Fact]
    public void A_file_in_src_holds_one_type_named_after_it() =>
        Report.None("More than one type, or another name:", Repository.Sources("src").SelectMany(Misnamed));

    [Fact]
    public void Nothing_is_left_for_later()
    {
        // Put together so that this file does not hold what it looks for.
        string[] words = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "NotImplemented" + "Exception", "#reg" + "ion"];
        Report.None("Left for later:", Find(Sources, line => words.Any(w => Regex.IsMatch(line, $@"(?<!\w){w}\b"))));
    }

    [Fact]
    public void No_type_is_named_after_nothing() =>
        Report.None("A name that says nothing:", Sources.Where(f => Nameless().IsMatch(Path.GetFileNameWithoutExtension(f)))
            .Concat(Find(Sources, line => NamelessType().IsMatch(line))));

    [Fact]
    public void Tests_wait_for_events_and_never_for_a_while()
    {
        string[] calls = ["Task" + ".Delay(", "Thread" + ".Sleep(", "Thread" + ".SpinWait("];
        Report.None("Waits for a while:", Find(
            // The soaks wait for nothing this way: they draw the moment of a fault.
            Sources.Where(f => f.StartsWith("tests/", StringComparison.Ordinal) && !f.StartsWith("tests/Turnpike.Soak/", StringComparison.Ordinal)),
            // An infinite delay is a wait for its cancellation.
            line => calls.Any(c => line.Contains(c, StringComparison.Ordinal)) && !line.Contains("Timeout.InfiniteTimeSpan", StringComparison.Ordinal)));
    }

    [Fact]
    public void No_test_is_skipped() =>
        Report.None("Skipped:", Find(Sources.Where(f => f.StartsWith("tests/", StringComparison.Ordinal)), line => Skipped().IsMatch(line)));

    private static IEnumerable<string> Find(IEnumerable<string> files, Func<string, bool> has) =>
        files.SelectMany(f => Repository.Lines(f).Select((line, i) => (f, i: i + 1, line)))
            .Where(l => has(l.line)).Select(l => $"{l.f}:{l.i}: {l.line.Trim()}");

    private static IEnumerable<string> Misnamed(string file)
    {
        var text = Repository.Read(file);
        var types = TopLevelType().Matches(text).Select(m => (Kind: m.Groups["kind"].Value, Name: m.Groups["name"].Value, Line: m.Value)).ToList();
        if (types.Count == 0) yield break;                              // a program's top-level statements
        var stem = Path.GetFileNameWithoutExtension(file).Split('.')[0]; // Topic.Replay.cs is a part of Topic
        if (IsClosedSet(file, types.Select(t => t.Name).ToList(), stem)) yield break;
        var others = types.Where(t => t.Name != stem && !IsCompanion(t.Name, t.Line, stem)).Select(t => t.Name).Distinct().ToList();
        if (types.All(t => t.Name != stem)) yield return $"{file}: nothing named {stem}";
        else if (others.Count > 0) yield return $"{file}: {string.Join(", ", others)}";
    }

    // A dialect's messages, or a closed set of states, commands, events, types or errors: the file is named after the set.
    private static bool IsClosedSet(string file, List<string> names, string stem) =>
        file.Contains("/Wire/", StringComparison.Ordinal)
        || (!names.Contains(stem) && SetName().IsMatch(stem) && names.Count > 1);

    // A validator beneath its options, a source-generated context, what is derived from the type (a closed set), its generic or static twin,
    // its exceptions, what is file-local, the hosted service beneath the services that add it, and small values: an enum, a record or a
    // readonly struct that only means something beside the type. A class or an interface of its own has a file of its own.
    private static bool IsCompanion(string name, string line, string stem) =>
        name == stem + "Validator"
        || SmallValue().IsMatch(line)
        || Regex.IsMatch(line, $@":\s*{stem}\b")
        || name.EndsWith("Json", StringComparison.Ordinal)
        || line.StartsWith("file ", StringComparison.Ordinal)
        || name.StartsWith(Singular(stem), StringComparison.Ordinal)
        || (name.EndsWith("Exception", StringComparison.Ordinal) && stem.EndsWith("Exception", StringComparison.Ordinal))
        || (stem.EndsWith("Services", StringComparison.Ordinal) && name.EndsWith("Service", StringComparison.Ordinal))
        || (stem.EndsWith("Options", StringComparison.Ordinal) && line.Contains("record", StringComparison.Ordinal));

    private static string Singular(string stem) => stem.EndsWith('s') ? stem[..^1] : stem;

    [GeneratedRegex(@"^(?:(?:public|internal|file|sealed|static|abstract|partial|readonly|ref|unsafe) )*(?<kind>class|struct|record struct|record|interface|enum|delegate)(?: class)? (?<name>\w+).*$", RegexOptions.Multiline)]
    private static partial Regex TopLevelType();

    [GeneratedRegex(@"^(?:public|internal) (?:enum|(?:sealed )?record|readonly (?:ref )?(?:record )?struct|record struct|struct) ")]
    private static partial Regex SmallValue();

    [GeneratedRegex("(?:States?|Commands?|Events?|Messages?|Types|Errors|Models?)$")]
    private static partial Regex SetName();

    [GeneratedRegex("(?:Helpers?|Utils?|Utilit(?:y|ies)|Managers?|Common|Misc)$")]
    private static partial Regex Nameless();

    [GeneratedRegex(@"\b(?:class|struct|record|interface|enum) \w*(?:Helpers?|Utils?|Utilit(?:y|ies)|Managers?|Common|Misc)\b")]
    private static partial Regex NamelessType();

    [GeneratedRegex(@"\[(?:Fact|Theory)\([^)]*\bSkip\b")]
    private static partial Regex Skipped();
}
