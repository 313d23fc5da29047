namespace Turnpike.Tidy;

/// <summary>A rule fails with everything that breaks it, so that it is mended at once.</summary>
internal static class Report
{
    public static void None(string rule, IEnumerable<string> found)
    {
        var all = found.ToList();
        Assert.True(all.Count == 0, $"{rule}\n{string.Join('\n', all)}");
    }
}
