namespace Turnpike.Server;

/// <summary>One protocol as the host composes it. Switched off by <c>Turnpike:{Name}:Enabled=false</c>.</summary>
/// <param name="Name">Its section's name, for example <c>Planetmint</c>.</param>
/// <param name="Add">Registers its services and options.</param>
/// <param name="Map">Maps its endpoints.</param>
/// <param name="StreamPaths">Path prefixes that the stream port serves, for example <c>/api/v1/streams</c>.</param>
internal sealed record SystemModule(
    string Name,
    Action<IServiceCollection> Add,
    Action<SystemHost> Map,
    IReadOnlyList<string> StreamPaths)
{
    /// <summary>True unless the configuration switches it off.</summary>
    /// <exception cref="StartupException">The setting is neither true nor false.</exception>
    public bool IsEnabled(IConfiguration configuration)
    {
        var key = $"Turnpike:{Name}:Enabled";
        var value = configuration[key];
        return value is null || (bool.TryParse(value, out var enabled)
            ? enabled
            : throw new StartupException($"{key} is '{value}'; allowed: true and false.", isUsage: true));
    }
}
