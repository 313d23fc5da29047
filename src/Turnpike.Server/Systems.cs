using Turnpike.Cashu;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint;

namespace Turnpike.Server;

/// <summary>The protocols of this server. A new one is a line here.</summary>
public static class Systems
{
    internal static IReadOnlyList<SystemModule> All { get; } =
    [
        new("Cashu", CashuServices.AddCashu, MapCashu, []),
        new("Planetmint", PlanetmintServices.AddPlanetmint, host => host.App.MapPlanetmint(() => host.StreamPort), ["/api/v1/streams"]),
    ];

    /// <summary>What must be true of each system's tables; an installation may lack those of a system that it never had.</summary>
    public static IReadOnlyList<Audit> Audits { get; } = [CashuServices.Audit, PlanetmintServices.Audit];

    private static void MapCashu(SystemHost host)
    {
        host.App.MapCashu(host.Dev);
        host.App.MapCashuAdmin();
    }
}
