namespace Turnpike.Server;

/// <summary>How the server speaks on its console, <c>Turnpike:Server:Log</c>. By category: the usual <c>Logging:LogLevel</c>.</summary>
public sealed record LogOptions
{
    /// <summary><c>text</c>, a line for people, or <c>json</c>, an object for each line. Default text.</summary>
    public string Format { get; set; } = "text";

    /// <summary>The least level that is written. Default Information: what an operator would tell a colleague.</summary>
    public string Level { get; set; } = "Information";
}
