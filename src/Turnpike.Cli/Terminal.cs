namespace Turnpike.Cli;

/// <summary>Colours for people: none where the output is no terminal or <c>NO_COLOR</c> is set.</summary>
internal sealed class Terminal(TextWriter output, bool colours)
{
    /// <summary>Standard output.</summary>
    public static Terminal Standard() => new(
        Console.Out,
        !Console.IsOutputRedirected
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"));

    /// <summary>What went well.</summary>
    public string Good(string text) => Paint("32", text);

    /// <summary>What went wrong.</summary>
    public string Bad(string text) => Paint("1;31", text);

    /// <summary>What is to be noticed.</summary>
    public string Strong(string text) => Paint("1", text);

    /// <summary>An id or an address.</summary>
    public string Name(string text) => Paint("36", text);

    /// <summary>What may be overlooked.</summary>
    public string Faint(string text) => Paint("2", text);

    /// <summary>Writes a line.</summary>
    public void Line(string text = "") => output.WriteLine(text);

    private string Paint(string code, string text) => colours ? $"\e[{code}m{text}\e[0m" : text;
}
