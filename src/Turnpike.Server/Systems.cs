namespace Turnpike.Server;

/// <summary>The protocols of this server. A new one is a line here.</summary>
internal static class Systems
{
    public static IReadOnlyList<SystemModule> All { get; } = [];
}
