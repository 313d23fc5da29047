using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Turnpike.Cashu;
using Turnpike.Cashu.Client;
using Turnpike.Kernel;
using Turnpike.Planetmint;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Conformance;

/// <summary><c>docs/errors.md</c> is written from the catalogues: whoever adds an error finds the text to put there in the failure.</summary>
public sealed partial class ErrorCatalogueTests
{
    [Fact]
    public void The_errors_page_says_what_the_catalogues_say()
    {
        var expected = Write();

        var actual = File.ReadAllText(Path.Combine(Repository.Root, "docs", "errors.md"));
        Assert.True(expected == actual, $"docs/errors.md should be:\n{expected}");
    }

    private static string Write()
    {
        var page = new StringBuilder("# Errors\n\nEvery error that a client can meet, by protocol. Written from the catalogues in the code; a test holds the two together.\n");
        Write(page, "Planetmint", "status", typeof(PlanetmintErrors));
        Write(page, "Cashu", "code", typeof(CashuErrors));
        Write(page, "Cashu: what the .NET wallet refuses by itself", "code", typeof(WalletErrors));
        return page.ToString();
    }

    private static void Write(StringBuilder page, string title, string number, Type catalogue)
    {
        var docs = XDocument.Load(Path.Combine(AppContext.BaseDirectory, $"{catalogue.Assembly.GetName().Name}.xml")).Descendants("member")
            .ToLookup(m => m.Attribute("name")!.Value[2..].Split('(')[0], m => m.Element("summary")!);
        page.Append($"\n## {title}\n| {number} | name | when | for example |\n|---|---|---|---|\n");
        foreach (var (error, member) in Entries(catalogue).OrderBy(e => e.Error.Code).ThenBy(e => e.Error.Name, StringComparer.Ordinal)
            .ThenBy(e => e.Error.Message, StringComparer.Ordinal))
        {
            var example = error.Message.Replace(new string('0', 64), "…", StringComparison.Ordinal);
            page.Append($"| {error.Code} | {error.Name} | {Plain(docs[$"{catalogue.FullName}.{member}"].Single())} | `` {example} `` |\n");
        }
    }

    private static IEnumerable<(ProtocolError Error, string Member)> Entries(Type catalogue)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.Static;
        foreach (var field in catalogue.GetFields(all))
        {
            if (field.GetValue(null) is ProtocolError error) yield return (error, field.Name);
        }

        foreach (var method in catalogue.GetMethods(all).Where(m => m.ReturnType == typeof(ProtocolError)))
            yield return ((ProtocolError)method.Invoke(null, [.. method.GetParameters().Select(Example)])!, method.Name);
    }

    private static object Example(ParameterInfo parameter) => Type.GetTypeCode(parameter.ParameterType) switch
    {
        TypeCode.String => "…",
        TypeCode.Int32 => 0,
        TypeCode.UInt64 => 0UL,
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

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
