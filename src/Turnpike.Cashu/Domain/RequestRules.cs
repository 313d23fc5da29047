using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Domain;

/// <summary>
/// The checks of a request that need no store, cheap before dear; the first failure answers. What follows: the store's look-up of Ys,
/// <see cref="Verifier"/>, <see cref="SpendingRules"/>, the transaction.
/// </summary>
/// <remarks>docs/specs/cashu.md 5, in its order.</remarks>
public static class RequestRules
{
    /// <summary>A swap: all checks up to the points.</summary>
    /// <param name="inputs">As they came.</param>
    /// <param name="outputs">As they came.</param>
    /// <param name="keysets">The mint's keysets.</param>
    /// <param name="limits">What a request may take.</param>
    /// <param name="now">Unix seconds.</param>
    public static Result<CheckedTransfer> CheckSwap(
        IReadOnlyList<Proof> inputs, IReadOnlyList<BlindedMessage> outputs, Keysets keysets, LimitOptions limits, long now)
    {
        if (outputs.Count == 0) return CashuErrors.Malformed("There are no outputs");
        var checks = new Checks(inputs, outputs, keysets, limits, now);
        if (checks.Inputs() is { } wrong) return wrong;
        if (checks.Amounts(blank: false) is { } amount) return amount;
        var (given, fee) = (checks.InputTotal, Domain.Amounts.InputFee(checks.InputKeysets.Select(k => k.Keyset.InputFeePpk)));
        if ((UInt128)checks.OutputTotal + fee != given)
            return CashuErrors.NotBalanced($"Inputs {given} less fee {fee} are not outputs {checks.OutputTotal}");
        return checks.Finish();
    }

    /// <summary>A melt: the same, but outputs may be absent, their amounts mean nothing, and the balance is the quote's matter.</summary>
    /// <inheritdoc cref="CheckSwap"/>
    public static Result<CheckedTransfer> CheckMelt(
        IReadOnlyList<Proof> inputs, IReadOnlyList<BlindedMessage> outputs, Keysets keysets, LimitOptions limits, long now)
    {
        var checks = new Checks(inputs, outputs, keysets, limits, now);
        if (checks.Inputs() is { } wrong) return wrong;
        return checks.Amounts(blank: true) is { } amount ? amount : checks.Finish();
    }

    /// <summary>A mint: the same for outputs alone; the balance is the quote's matter.</summary>
    /// <param name="outputs">As they came.</param>
    /// <param name="keysets">The mint's keysets.</param>
    /// <param name="limits">What a request may take.</param>
    /// <param name="now">Unix seconds.</param>
    public static Result<CheckedOutputs> CheckMint(IReadOnlyList<BlindedMessage> outputs, Keysets keysets, LimitOptions limits, long now)
    {
        if (outputs.Count == 0) return CashuErrors.Malformed("There are no outputs");
        var checks = new Checks([], outputs, keysets, limits, now);
        if (checks.Shape() is { } wrong) return wrong;
        if (checks.Amounts(blank: false) is { } amount) return amount;
        if (!checks.Finish().TryGet(out var transfer, out var error)) return error;
        return transfer.Outputs;
    }

    /// <summary>One request's way through the checks.</summary>
    private sealed class Checks(
        IReadOnlyList<Proof> inputs, IReadOnlyList<BlindedMessage> outputs, Keysets keysets, LimitOptions limits, long now)
    {
        private readonly MintKeyset[] _inputKeysets = new MintKeyset[inputs.Count];
        private readonly MintKeyset[] _outputKeysets = new MintKeyset[outputs.Count];

        public IReadOnlyList<MintKeyset> InputKeysets => _inputKeysets;

        public ulong InputTotal { get; private set; }

        public ulong OutputTotal { get; private set; }

        public ProtocolError? Inputs() => inputs.Count == 0 ? CashuErrors.Malformed("There are no inputs") : Shape();

        /// <summary>Limits, duplicates, keysets, units.</summary>
        public ProtocolError? Shape()
        {
            if (inputs.Count > limits.Inputs) return CashuErrors.TooManyInputs("inputs", limits.Inputs);
            if (outputs.Count > limits.Outputs) return CashuErrors.TooManyOutputs(limits.Outputs);
            if (new HashSet<Secret>(inputs.Select(p => p.Secret)).Count < inputs.Count) return CashuErrors.DuplicateInputs;
            if (new HashSet<PointText>(outputs.Select(o => o.Blinded)).Count < outputs.Count) return CashuErrors.DuplicateOutputs;
            if (FindKeysets() is { } unknown) return unknown;
            if (_outputKeysets.FirstOrDefault(k => !k.Keyset.IsActive) is { } inactive)
                return CashuErrors.KeysetInactive(inactive.Id.ToString());
            if (_inputKeysets.Concat(_outputKeysets).FirstOrDefault(k => k.Keyset.IsExpired(now)) is { } expired)
                return CashuErrors.KeysetExpired(expired.Id.ToString());
            if (_inputKeysets.Any(k => k.Unit != _inputKeysets[0].Unit) || _outputKeysets.Any(k => k.Unit != _outputKeysets[0].Unit))
                return CashuErrors.SeveralUnits;
            var hasBoth = inputs.Count > 0 && outputs.Count > 0;
            return hasBoth && _inputKeysets[0].Unit != _outputKeysets[0].Unit ? CashuErrors.UnitsDiffer : null;
        }

        /// <summary>Each amount has a key; the sums.</summary>
        public ProtocolError? Amounts(bool blank)
        {
            for (var i = 0; i < inputs.Count; i++)
            {
                if (!_inputKeysets[i].Has(inputs[i].Amount)) return CashuErrors.InputAmountInvalid(i);
            }

            if (!Domain.Amounts.TrySum(inputs.Select(p => p.Amount), out var given))
                return CashuErrors.NotBalanced("The inputs are too much");
            InputTotal = given;
            if (blank) return null;
            for (var i = 0; i < outputs.Count; i++)
            {
                if (!_outputKeysets[i].Has(outputs[i].Amount))
                    return CashuErrors.AmountOutsideLimits($"Output {i}: its keyset has no key for {outputs[i].Amount}");
            }

            if (!Domain.Amounts.TrySum(outputs.Select(o => o.Amount), out var asked))
                return CashuErrors.NotBalanced("The outputs are too much");
            OutputTotal = asked;
            return null;
        }

        /// <summary>The points. C is none of them: it is only compared.</summary>
        public Result<CheckedTransfer> Finish()
        {
            var points = new CurvePoint[outputs.Count];
            for (var i = 0; i < points.Length; i++)
            {
                if (!outputs[i].Blinded.TryGetPoint(out points[i]))
                    return CashuErrors.Malformed($"Output {i}: B_ is no point of the curve");
            }

            return new CheckedTransfer(
                new CheckedInputs(inputs, _inputKeysets, InputTotal), new CheckedOutputs(outputs, _outputKeysets, points, OutputTotal));
        }

        private ProtocolError? FindKeysets()
        {
            for (var i = 0; i < inputs.Count; i++)
            {
                if (keysets.Find(inputs[i].Id) is not { } found) return CashuErrors.KeysetUnknown(inputs[i].Id.ToString());
                _inputKeysets[i] = found;
            }

            for (var i = 0; i < outputs.Count; i++)
            {
                if (keysets.Find(outputs[i].Id) is not { } found) return CashuErrors.KeysetUnknown(outputs[i].Id.ToString());
                _outputKeysets[i] = found;
            }

            return null;
        }
    }
}
