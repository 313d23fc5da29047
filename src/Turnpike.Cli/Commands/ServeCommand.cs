using System.CommandLine;
using Turnpike.Server;

namespace Turnpike.Cli.Commands;

/// <summary><c>turnpike serve</c>: the server until SIGINT or SIGTERM.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var data = Setting("--data", "DIR", "The data folder (default ./data)");
        var port = Setting("--port", "N", "The port of everything (default 9984; 0: any free one)");
        var streams = Setting("--stream-port", "N", "The port of event streams (default 9985; 0: any free one)");
        var bind = Setting("--bind", "ADDRESS", "The address of both ports (default 127.0.0.1; * for all)");
        var dev = Setting("--dev", "on|off|auto", "Dev endpoints such as faucets (default auto: on if only loopback)");
        var set = SettingOption.Create();
        var command = new Command("serve", "Starts the server; Ctrl-C ends it in order.") { data, port, streams, bind, dev, set };
        command.SetAction(async (parsed, cancellation) =>
        {
            var settings = SettingOption.Read(parsed, set);
            Put("Data", parsed.GetValue(data));
            Put("Port", parsed.GetValue(port));
            Put("StreamPort", parsed.GetValue(streams));
            Put("Bind", parsed.GetValue(bind));
            Put("Dev", parsed.GetValue(dev));
            return await ServeAsync(settings, cancellation);

            void Put(string key, string? value)
            {
                if (value is not null) settings[$"{ServerOptions.Section}:{key}"] = value;
            }
        });
        return command;
    }

    // All are texts: what is wrong with one is told in the same words as in a file.
    private static Option<string?> Setting(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value };

    private static async Task<int> ServeAsync(Dictionary<string, string?> settings, CancellationToken cancellation)
    {
        await using var server = await TurnpikeServer.StartAsync(settings, cancellation);
        return await server.WaitAsync() ? ExitCode.Ok : ExitCode.Failed;
    }
}
