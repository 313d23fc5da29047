namespace Turnpike.Bench.Harness;

internal static class Checkout
{
    /// <summary>The folder that the bench was built in: peers are installed and data is written beneath it.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Turnpike.slnx"))) return folder.FullName;
        throw new IOException("The bench runs from a checkout: no Turnpike.slnx above " + AppContext.BaseDirectory);
    }
}
