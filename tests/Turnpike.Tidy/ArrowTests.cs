using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Turnpike.Tidy;

/// <summary>Who may use whom: Server, Cli → protocols → Kernel, and within a protocol its rooms.</summary>
public sealed partial class ArrowTests
{
    private static readonly string[] Protocols = ["Aeternity", "Cashu", "ClearNet", "P4", "Planetmint"];

    // What a room may use of its own protocol, and of the kernel; null = all.
    private static readonly Dictionary<string, (string[]? Rooms, string[]? Kernel)> Rooms = new()
    {
        ["Domain"] = ([], ["Crypto", "Encodings"]),
        ["Wire"] = (["Domain"], ["Crypto", "Encodings"]),
        ["Storage"] = (["Domain"], ["Crypto", "Encodings", "Storage", "Events"]),
        // A simulated backend is a part that users get, and must remember what it did as a real one would: in tables of its own.
        ["Backends"] = (["Domain", "Storage"], ["Crypto", "Encodings", "Storage"]),
        ["Client"] = (["Domain", "Wire"], ["Crypto", "Encodings", "Clients"]),
        ["Endpoints"] = (null, null),
    };

    [Fact]
    public void Projects_refer_only_downwards()
    {
        Report.None("Arrows between projects:", Repository.Files
            .Where(f => f.StartsWith("src/", StringComparison.Ordinal) && f.EndsWith(".csproj", StringComparison.Ordinal))
            .SelectMany(f => XDocument.Parse(Repository.Read(f)).Descendants("ProjectReference")
                .Select(r => (From: Name(f), To: Name((string)r.Attribute("Include")!))))
            .Where(a => !IsAllowed(a.From, a.To))
            .Select(a => $"{a.From} → {a.To}"));
    }

    [Fact]
    public void Sources_use_only_what_their_project_may()
    {
        Report.None("Arrows between projects, by namespace:", Uses("src")
            .Where(u => u.Used.StartsWith("Turnpike.", StringComparison.Ordinal))
            .Select(u => (u.File, From: u.File.Split('/')[1]["Turnpike.".Length..], To: u.Used.Split('.')[1], u.Used))
            .Where(u => u.From != u.To && !IsAllowed(u.From, u.To))
            .Select(u => $"{u.File}: {u.Used}"));
    }

    [Fact]
    public void Rooms_use_only_what_they_may()
    {
        Report.None("Arrows between rooms:", Uses("src").Where(u => !RoomMayUse(u.File, u.Used)).Select(u => $"{u.File}: {u.Used}"));
    }

    [Fact]
    public void The_kernel_has_at_its_root_only_what_every_room_needs()
    {
        string[] root = ["Decision.cs", "DurableFile.cs", "ProtocolError.cs", "Result.cs"];
        Report.None("At the root of the kernel:", Repository.Sources("src/Turnpike.Kernel")
            .Select(f => f["src/Turnpike.Kernel/".Length..])
            .Where(f => !f.Contains('/', StringComparison.Ordinal) && !root.Contains(f) && !f.StartsWith("KernelLog", StringComparison.Ordinal)));
    }

    [Fact]
    public void Domains_are_pure()
    {
        Report.None("In a Domain room (no async, clock, logger, SQL, or parsing of JSON):", Repository.Sources("src")
            .Where(f => f.Split('/') is [_, _, "Domain", ..])
            .SelectMany(f => Repository.Lines(f).Select((line, i) => (File: f, Line: line, Number: i + 1)))
            .Where(l => Impure().IsMatch(Code(l.Line)))
            .Select(l => $"{l.File}:{l.Number}: {l.Line.Trim()}"));
    }

    private static bool IsAllowed(string from, string to) => from switch
    {
        "Kernel" => false,
        "Cli" => true,
        "Server" => to != "Cli",
        _ => to == "Kernel",
    };

    private static bool RoomMayUse(string file, string used)
    {
        if (file.Split('/') is not [_, var project, var room, _, ..] || !Protocols.Contains(project["Turnpike.".Length..])) return true;
        if (!Rooms.TryGetValue(room, out var may)) return true;
        if (used.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)) return room == "Endpoints";
        if (Room(used, project) is { } other && other != room) return may.Rooms?.Contains(other) ?? true;
        if (Room(used, "Turnpike.Kernel") is { } kernel) return may.Kernel?.Contains(kernel) ?? true;
        return true;
    }

    // "Storage" of Turnpike.Kernel.Storage; null for another project's or a project's root.
    private static string? Room(string used, string project) =>
        used.StartsWith(project + ".", StringComparison.Ordinal) ? used[(project.Length + 1)..].Split('.')[0] : null;

    // Using directives, and names written out.
    private static IEnumerable<(string File, string Used)> Uses(string folder) =>
        from file in Repository.Sources(folder)
        from line in Repository.Lines(file)
        where !Own().IsMatch(line)
        from Match match in Namespace().Matches(Code(line))
        select (file, match.Value);

    private static string Code(string line)
    {
        var comment = line.IndexOf("//", StringComparison.Ordinal);
        return Text().Replace(comment < 0 ? line : line[..comment], "\"\"");
    }

    private static string Name(string path) => Path.GetFileNameWithoutExtension(path)["Turnpike.".Length..];

    [GeneratedRegex(@"^namespace ")]
    private static partial Regex Own();

    [GeneratedRegex(@"\b(?:Turnpike|Microsoft\.AspNetCore)(?:\.[A-Z]\w*)+")]
    private static partial Regex Namespace();

    [GeneratedRegex(@"""(?:[^""\\]|\\.)*""")]
    private static partial Regex Text();

    [GeneratedRegex(@"\b(?:async|await|TimeProvider|ILogger|SqlValue|IDatabase|JsonSerializer|JsonDocument|JsonNode|Utf8JsonReader|Utf8JsonWriter)\b")]
    private static partial Regex Impure();
}
