using Turnpike.Cashu.Domain;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Client;

/// <summary>Version 4 of tokens: <c>{"t":[{"i":id,"p":[{"a","s","c","d"?,"w"?,"pe"?}]}],"d":memo?,"m":mint,"u":unit}</c> in CBOR.</summary>
/// <remarks>NUT-00 and NUT-28.</remarks>
internal static class TokenCbor
{
    public static byte[] Write(Token token)
    {
        var cbor = new CborWriter();
        cbor.Map(token.Memo is null ? 3 : 4);
        cbor.Text("t");
        var groups = token.Proofs.GroupBy(p => Tokens.ShortId(p.Id)).ToList();
        cbor.Array(groups.Count);
        foreach (var group in groups)
        {
            cbor.Map(2);
            cbor.Text("i");
            cbor.Bytes(group.Key.Span);
            cbor.Text("p");
            cbor.Array(group.Count());
            foreach (var proof in group) WriteProof(cbor, proof);
        }

        if (token.Memo is { } memo)
        {
            cbor.Text("d");
            cbor.Text(memo);
        }

        cbor.Text("m");
        cbor.Text(token.Mint);
        cbor.Text("u");
        cbor.Text(token.Unit);
        return cbor.Written.ToArray();
    }

    public static Result<Token> Read(ReadOnlySpan<byte> bytes)
    {
        var cbor = new CborReader(bytes);
        string? mint = null, unit = null, memo = null;
        var proofs = new List<OwnedProof>();
        var isRead = cbor.TryReadMap((ref value, name) => name switch
        {
            "t" => value.TryReadArray((ref group) => ReadGroup(ref group, proofs)),
            "m" => value.TryReadText(out mint),
            "u" => value.TryReadText(out unit),
            "d" => value.TryReadNothing() || value.TryReadText(out memo),
            _ => value.TrySkip(),
        });
        if (!isRead || !cbor.IsAtEnd) return WalletErrors.TokenMalformed("its CBOR is not understood");
        if (mint is null || unit is null) return WalletErrors.TokenMalformed("it names no mint or no unit");
        if (proofs.Count == 0) return WalletErrors.TokenMalformed("it is empty");
        return new Token(mint, unit, proofs, memo);
    }

    private static void WriteProof(CborWriter cbor, OwnedProof proof)
    {
        var hasDleq = proof is { Dleq: not null, BlindingFactor: not null };
        cbor.Map(3 + (hasDleq ? 1 : 0) + (proof.EphemeralKey is null ? 0 : 1) + (proof.Witness is null ? 0 : 1));
        cbor.Text("a");
        cbor.Integer(proof.Amount);
        cbor.Text("s");
        cbor.Text(proof.Secret);
        cbor.Text("c");
        cbor.Bytes(proof.C.Span);
        if (hasDleq)
        {
            cbor.Text("d");
            cbor.Map(3);
            cbor.Text("e");
            cbor.Bytes(proof.Dleq!.Value.E.Span);
            cbor.Text("s");
            cbor.Bytes(proof.Dleq.Value.S.Span);
            cbor.Text("r");
            cbor.Bytes(proof.BlindingFactor!.Value.Span);
        }

        if (proof.EphemeralKey is { } key)
        {
            cbor.Text("pe");
            cbor.Bytes(key.Span);
        }

        if (proof.Witness is { } witness)
        {
            cbor.Text("w");
            cbor.Text(witness);
        }
    }

    private static bool ReadGroup(ref CborReader cbor, List<OwnedProof> proofs)
    {
        KeysetId id = default;
        var group = new List<OwnedProof>();
        var isRead = cbor.TryReadMap((ref value, name) => name switch
        {
            "i" => value.TryReadBytes(out var bytes) && Tokens.TryReadId(bytes, out id),
            "p" => value.TryReadArray((ref proof) => ReadProof(ref proof, group)),
            _ => value.TrySkip(),
        });
        if (!isRead || id == default) return false;
        proofs.AddRange(group.Select(p => p with { Id = id }));
        return true;
    }

    private static bool ReadProof(ref CborReader cbor, List<OwnedProof> proofs)
    {
        ulong? amount = null;
        string? secret = null, witness = null;
        PublicKey c = default, ephemeral = default;
        Dleq? dleq = null;
        Scalar? r = null;
        var isRead = cbor.TryReadMap((ref value, name) =>
        {
            switch (name)
            {
                case "a":
                    if (!value.TryReadInteger(out var read)) return false;
                    amount = read;
                    return true;
                case "s":
                    return value.TryReadText(out secret);
                case "c":
                    return value.TryReadBytes(out var point) && PublicKey.TryRead(point, out c);
                case "pe":
                    return value.TryReadNothing() || (value.TryReadBytes(out var key) && PublicKey.TryRead(key, out ephemeral));
                case "w":
                    return value.TryReadNothing() || value.TryReadText(out witness);
                case "d":
                    return value.TryReadNothing() || ReadDleq(ref value, out dleq, out r);
                default:
                    return value.TrySkip();
            }
        });
        if (!isRead || amount is null || secret is null || c == default) return false;
        proofs.Add(new OwnedProof(amount.Value, default, secret, c)
        {
            Dleq = dleq,
            BlindingFactor = r,
            EphemeralKey = ephemeral == default ? null : ephemeral,
            Witness = witness,
        });
        return true;
    }

    private static bool ReadDleq(ref CborReader cbor, out Dleq? dleq, out Scalar? r)
    {
        Scalar? e = null, s = null, factor = null;
        var isRead = cbor.TryReadMap((ref value, name) => name switch
        {
            "e" => ReadScalar(ref value, out e),
            "s" => ReadScalar(ref value, out s),
            "r" => ReadScalar(ref value, out factor),
            _ => value.TrySkip(),
        });
        dleq = e is { } challenge && s is { } response ? new Dleq(challenge, response) : null;
        r = factor;
        return isRead && dleq is not null;
    }

    private static bool ReadScalar(ref CborReader cbor, out Scalar? scalar)
    {
        scalar = null;
        if (!cbor.TryReadBytes(out var bytes) || bytes.Length != Scalar.Length) return false;
        scalar = new Scalar(bytes);
        return true;
    }
}
