using System.Text.Json.Nodes;

namespace Turnpike.Soak;

/// <summary>A request that moves money: the wallet has kept it before it is sent, and repeats it until it is answered.</summary>
/// <param name="Path">Where it goes.</param>
/// <param name="Body">The same bytes each time.</param>
/// <param name="Take">What the wallet does with the answer: status and body.</param>
internal sealed record MintRequest(string Path, string Body, Action<int, JsonNode> Take);

/// <summary>An output that was sent to be signed.</summary>
/// <param name="Amount">What it asks for; a blank one asks for nothing.</param>
/// <param name="Secret">Its secret.</param>
/// <param name="R">Its blinding factor.</param>
/// <param name="Blinded">B_ in hex.</param>
internal sealed record SoakOutput(ulong Amount, string Secret, byte[] R, string Blinded);

/// <summary>Ecash.</summary>
/// <param name="Amount">In sat.</param>
/// <param name="Secret">Its secret.</param>
/// <param name="C">The mint's signature in hex.</param>
internal sealed record SoakCoin(ulong Amount, string Secret, string C);
