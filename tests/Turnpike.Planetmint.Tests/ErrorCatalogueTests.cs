using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Turnpike.Kernel;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Tests;

/// <summary><c>docs/errors.md</c> is written from the catalogue: whoever adds an error finds the text to put there in the failure.</summary>
public sealed partial class ErrorCatalogueTests
{
    [Fact]
    public void The_errors_page_says_what_the_catalogue_says()
    {
        var expected = Write();

        var actual = File.ReadAllText(Path.Combine(Root(), "docs", "errors.md"));
        Assert.True(expected == actual, $"docs/errors.md should be:\n{expected}");
    }

    private static string Write()
    {
        var docs = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "Turnpike.Planetmint.xml")).Descendants("member")
            .ToLookup(m => m.Attribute("name")!.Value, m => m.Element("summary")!);
        var page = new StringBuilder("# Errors\n\nEvery error that a client can meet, by protocol. Written from the catalogues in the code; a test holds the two together.\n");
        page.Append("\n## Planetmint\n| status | name | when | for example |\n|---|---|---|---|\n");
        foreach (var (error, member) in Catalogue().OrderBy(e => e.Error.Code).ThenBy(e => e.Error.Name, StringComparer.Ordinal)
            .ThenBy(e => e.Error.Message, StringComparer.Ordinal))
        {
            var summary = docs.Where(d => d.Key[2..].Split('(')[0] == $"Turnpike.Planetmint.PlanetmintErrors.{member}").Select(d => d.Single()).Single();
            page.Append($"| {error.Code} | {error.Name} | {Plain(summary)} | `` {error.Message.Replace(new string('0', 64), "…", StringComparison.Ordinal)} `` |\n");
        }

        return page.ToString();
    }

    private static IEnumerable<(ProtocolError Error, string Member)> Catalogue()
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.Static;
        foreach (var field in typeof(PlanetmintErrors).GetFields(all))
        {
            if (field.GetValue(null) is ProtocolError error) yield return (error, field.Name);
        }

        foreach (var method in typeof(PlanetmintErrors).GetMethods(all).Where(m => m.ReturnType == typeof(ProtocolError)))
            yield return ((ProtocolError)method.Invoke(null, [.. method.GetParameters().Select(Example)])!, method.Name);
    }

    private static object Example(ParameterInfo parameter) => Type.GetTypeCode(parameter.ParameterType) switch
    {
        TypeCode.String => "…",
        TypeCode.Int32 => 0,
        _ when parameter.ParameterType == typeof(UInt128) => UInt128.One,
        _ when parameter.ParameterType == typeof(OutputRef) => default(OutputRef),
        _ when parameter.ParameterType == typeof(IEnumerable<string>) => new[] { "…" },
        _ when parameter.ParameterType == typeof(ProtocolError) => new ProtocolError(400, "", "…"),
        _ => default(TransactionId),
    };

    private static string Plain(XElement summary)
    {
        foreach (var see in summary.Descendants("see").ToList()) see.ReplaceWith(see.Attribute("cref")!.Value.Split('.', '(').Last());
        foreach (var code in summary.Descendants("c").ToList()) code.ReplaceWith($"`{code.Value}`");
        return Spaces().Replace(summary.Value, " ").Trim();
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Turnpike.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
