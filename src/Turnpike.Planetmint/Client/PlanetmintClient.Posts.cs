using Turnpike.Kernel;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Wire;

namespace Turnpike.Planetmint.Client;

public sealed partial class PlanetmintClient
{
    /// <summary>Posts a signed transaction.</summary>
    /// <param name="transaction">The transaction; its <see cref="Transaction.CanonicalBody"/> is what is sent.</param>
    /// <param name="mode">When the node shall answer.</param>
    /// <param name="cancellation">Ends the wait, not the commit.</param>
    /// <returns>The transaction, or why the node refuses it: its HTTP status, the class that its text names
    /// (<c>DoubleSpend</c>, …; <c>refused</c> where it names none) and the text.</returns>
    /// <exception cref="HttpRequestException">The node is not there, or failed: the transaction may be committed or not.
    /// Posting it again is safe.</exception>
    public async Task<Result<Transaction>> PostAsync(Transaction transaction, PostMode mode, CancellationToken cancellation)
    {
        var result = await PostAsync(transaction.CanonicalBody, mode, cancellation);
        return result.TryGet(out _, out var error) ? transaction : error;
    }

    /// <summary>Posts bytes, whatever they are; otherwise as <see cref="PostAsync(Transaction, PostMode, CancellationToken)"/>.</summary>
    /// <returns>The node's answer, as a rule the transaction's canonical text.</returns>
    public Task<Result<byte[]>> PostAsync(ReadOnlyMemory<byte> body, PostMode mode, CancellationToken cancellation) =>
        _http.PostAsync($"transactions?mode={mode.Word()}", body, cancellation);

    internal static string Name(Operation operation) => operation switch
    {
        Operation.Create => "CREATE",
        Operation.Transfer => "TRANSFER",
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "Only CREATE and TRANSFER can be asked for"),
    };

    private static Transaction Parse(System.Text.Json.JsonElement json) => Parse(System.Text.Encoding.UTF8.GetBytes(json.GetRawText()));

    private static Transaction Parse(ReadOnlyMemory<byte> body) =>
        CommittedTransactionJson.Read(body).TryGet(out var transaction, out var error)
            ? transaction
            : throw new PlanetmintClientException($"The node sent what is no transaction: {error.Message}");
}
