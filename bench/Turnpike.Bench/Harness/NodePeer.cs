using System.Diagnostics;

namespace Turnpike.Bench.Harness;

/// <summary>The peer in bench/peers/node, with npm's <c>ws</c> installed on first use.</summary>
internal static class NodePeer
{
    public static string Folder { get; } = Path.Combine(Checkout.Root, "bench", "peers", "node");

    public static string Script => Path.Combine(Folder, "server.mjs");

    public static async Task InstallAsync()
    {
        if (Directory.Exists(Path.Combine(Folder, "node_modules", "ws"))) return;
        Report.Note("Installing npm's ws for the node peer …");
        string[] arguments = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", "--loglevel=error"];
        var start = new ProcessStartInfo("npm", arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true };
        using var npm = Child.Launch(start);
        Console.Error.Write(await npm.StandardOutput.ReadToEndAsync());
        await npm.WaitForExitAsync();
        if (npm.ExitCode != 0) throw new IOException($"npm install in {Folder} failed; its words are above.");
    }
}
