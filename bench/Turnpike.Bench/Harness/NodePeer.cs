using System.Diagnostics;

namespace Turnpike.Bench.Harness;

/// <summary>The peers in bench/peers/node, with npm's <c>ws</c> and <c>@cashu/cashu-ts</c> installed on first use.</summary>
internal static class NodePeer
{
    public static string Folder { get; } = Path.Combine(Checkout.Root, "bench", "peers", "node");

    public static string Script => Path.Combine(Folder, "server.mjs");

    public static string CashuScript => Path.Combine(Folder, "cashu.mjs");

    public static async Task InstallAsync()
    {
        string[] packages = ["ws", "@cashu/cashu-ts"];
        if (packages.All(package => Directory.Exists(Path.Combine(Folder, "node_modules", package)))) return;
        Report.Note($"Installing npm's {string.Join(" and ", packages)} for the node peers …");
        string[] arguments = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", "--loglevel=error"];
        var start = new ProcessStartInfo("npm", arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true };
        using var npm = Child.Launch(start);
        Console.Error.Write(await npm.StandardOutput.ReadToEndAsync());
        await npm.WaitForExitAsync();
        if (npm.ExitCode != 0) throw new IOException($"npm install in {Folder} failed; its words are above.");
    }
}
