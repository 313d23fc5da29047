using System.CommandLine;
using Turnpike.Cli.Commands.PlanetmintNode;

namespace Turnpike.Cli.Commands;

/// <summary><c>turnpike planetmint …</c>: keys, transactions and the event stream of a Planetmint node, over its public API.</summary>
internal static class PlanetmintCommand
{
    public static Command Create() => new("planetmint", "Keys, transactions and the event stream of a Planetmint node.")
    {
        KeysCommand.Create(),
        CreateCommand.Create(),
        TransferCommand.Create(),
        BalanceCommand.Create(),
        WatchCommand.Create(),
        AuditCommand.Create(),
    };
}
