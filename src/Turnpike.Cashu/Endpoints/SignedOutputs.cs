using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>Outputs and their signatures, as rows.</summary>
internal static class SignedOutputs
{
    /// <summary>The rows of signed outputs, in the order of the request.</summary>
    public static StoredPromise[] Promises(CheckedOutputs outputs, IReadOnlyList<BlindSignature> signatures, KeysetView view)
    {
        var promises = new StoredPromise[signatures.Count];
        for (var i = 0; i < promises.Length; i++)
        {
            var signature = signatures[i];
            promises[i] = new StoredPromise(outputs.Points[i].Compressed, view.NumberOf(signature.Id),
                new PromiseSignature(signature.Amount, signature.Signature, signature.Dleq));
        }

        return promises;
    }
}
