using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Domain;

/// <summary>Verifies the proofs of a request: first their Ys, for the store's look-up, then the mint's signatures.</summary>
/// <remarks>docs/specs/cashu.md 4.1, 5 and 16.</remarks>
public static class Verifier
{
    /// <summary>Y of each proof, in order.</summary>
    /// <param name="inputs">The proofs.</param>
    public static CurvePoint[] Ys(CheckedInputs inputs)
    {
        var ys = new CurvePoint[inputs.Proofs.Count];
        Spread.Over(ys.Length, ys.Length, i => ys[i] = HashToCurve.Hash(inputs.Proofs[i].Secret.Utf8.Span));
        return ys;
    }

    /// <summary>Verifies C = k·Y for each proof.</summary>
    /// <param name="inputs">The proofs.</param>
    /// <param name="ys">What <see cref="Ys"/> gave for them.</param>
    /// <returns>Null, or 10001.</returns>
    public static ProtocolError? Verify(CheckedInputs inputs, CurvePoint[] ys)
    {
        var failed = 0;
        Spread.Over(ys.Length, ys.Length, i =>
        {
            var proof = inputs.Proofs[i];
            // A failure ends the others' work too; what is written twice is the same.
            if (Volatile.Read(ref failed) == 0 && !BlindSignatures.Verify(inputs.Keysets[i].Secret(proof.Amount), ys[i], proof.C))
                Volatile.Write(ref failed, 1);
        });
        return failed == 0 ? null : CashuErrors.ProofNotVerified;
    }
}
