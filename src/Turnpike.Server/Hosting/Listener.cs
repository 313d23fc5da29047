namespace Turnpike.Server.Hosting;

/// <summary>Which of the two listeners a connection came in by; a feature of every connection.</summary>
/// <param name="Name">The endpoint's name in the configuration of Kestrel.</param>
internal sealed record Listener(string Name)
{
    /// <summary>The listener of everything.</summary>
    public const string Main = "Main";

    /// <summary>The listener of event streams and health.</summary>
    public const string Stream = "Stream";

    /// <summary>True if only streams and health are served here.</summary>
    public bool IsStream => string.Equals(Name, Stream, StringComparison.OrdinalIgnoreCase);
}
