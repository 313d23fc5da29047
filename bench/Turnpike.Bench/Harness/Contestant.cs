using System.Globalization;

namespace Turnpike.Bench.Harness;

/// <summary>A server that takes part in the fan-out.</summary>
/// <param name="Name">As it stands in the rows.</param>
/// <param name="Start">Starts it for blocks of so many events.</param>
/// <param name="Format">What its subscribers speak: <c>raw</c> frames or <c>signalr</c>.</param>
internal sealed record Contestant(string Name, Func<int, Child> Start, string Format = "raw")
{
    public static readonly Contestant Turnpike = new("Turnpike",
        block => Child.Self("serve", "fanout", block.ToString(CultureInfo.InvariantCulture)));
    public static readonly Contestant SendAsync = new("WebSocket.SendAsync", _ => Child.Self("serve", "sendasync"));
    public static readonly Contestant SignalR = new("SignalR", _ => Child.Self("serve", "signalr"), "signalr");
    public static readonly Contestant Node = new("node ws", _ => Child.Program("node", NodePeer.Script, "fanout"));
}
