namespace Turnpike.Bench.Harness;

/// <summary>A folder for a store under test, deleted after the run.</summary>
internal sealed class BenchData : IDisposable
{
    /// <summary>Within the checkout: a temporary folder may lie in memory, where an fsync costs nothing.</summary>
    public static string Root { get; } = System.IO.Path.Combine(Checkout.Root, "artifacts", "bench-data");

    public BenchData() => Directory.CreateDirectory(Path);

    public string Path { get; } = System.IO.Path.Combine(Root, System.IO.Path.GetRandomFileName());

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
