using System.CommandLine;
using Turnpike.Cli;
using Turnpike.Cli.Commands;

// One file in Commands/ for each command; this is the list.
var root = new RootCommand("Turnpike, a real-time payments server.")
{
    ServeCommand.Create(),
    DemoCommand.Create(),
    PlanetmintCommand.Create(),
    CashuCommand.Create(),
    MigrateCommand.Create(),
    BackupCommand.Create(),
    CheckCommand.Create(),
    SeedCommand.Create(),
};
return await Invocation.RunAsync(root, args);
