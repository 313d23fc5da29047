using Turnpike.Cashu.Domain;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Endpoints;

/// <summary>What requests want of the curve, each step measured.</summary>
/// <remarks>docs/specs/cashu.md 4.1 and 16.</remarks>
internal sealed class CurveWork(CashuMetrics metrics)
{
    /// <inheritdoc cref="Verifier.Ys"/>
    public CurvePoint[] Ys(CheckedInputs inputs)
    {
        using var step = metrics.OnCurve("hash");
        return Verifier.Ys(inputs);
    }

    /// <inheritdoc cref="Verifier.Verify"/>
    public ProtocolError? Verify(CheckedInputs inputs, CurvePoint[] ys)
    {
        metrics.Verified(ys.Length);
        using var step = metrics.OnCurve("verify");
        return Verifier.Verify(inputs, ys);
    }

    /// <inheritdoc cref="Signer.Sign(CheckedOutputs, int)"/>
    public BlindSignature[] Sign(CheckedOutputs outputs, int inputs = 0)
    {
        using var step = metrics.OnCurve("sign");
        return Signer.Sign(outputs, inputs);
    }
}
