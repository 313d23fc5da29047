using Turnpike.Kernel;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cashu.Client;

/// <summary>Payment requests as text: <c>creqA</c> and CBOR in base64url.</summary>
/// <remarks>NUT-18. Vectors: tests/vectors/cashu/payment_requests.json.</remarks>
public static class PaymentRequests
{
    private const string Prefix = "creqA";
    private const int MaxLength = 64 * 1024;

    /// <summary>Writes a request.</summary>
    /// <param name="request">The request.</param>
    /// <returns><c>creqA</c> and base64url without padding.</returns>
    public static string Encode(PaymentRequest request)
    {
        var cbor = new CborWriter();
        cbor.Map(Count(request.Transports.Count > 0, request.Id is not null, request.Amount is not null, request.Unit is not null,
            request.Mints.Count > 0, request.Description is not null, request.IsSingleUse is not null, request.Lock is not null));
        if (request.Transports.Count > 0) WriteTransports(cbor, request.Transports);
        WriteText(cbor, "i", request.Id);
        if (request.Amount is { } amount)
        {
            cbor.Text("a");
            cbor.Integer(amount);
        }

        WriteText(cbor, "u", request.Unit);
        if (request.Mints.Count > 0)
        {
            cbor.Text("m");
            cbor.Array(request.Mints.Count);
            foreach (var mint in request.Mints) cbor.Text(mint);
        }

        WriteText(cbor, "d", request.Description);
        if (request.IsSingleUse is { } isSingleUse)
        {
            cbor.Text("s");
            cbor.Flag(isSingleUse);
        }

        if (request.Lock is { } condition) WriteLock(cbor, condition);
        return Prefix + Base64Url.Encode(cbor.Written);
    }

    /// <summary>Reads a request.</summary>
    /// <param name="text">From anywhere; padding is allowed.</param>
    /// <returns>The request; or request_malformed.</returns>
    public static Result<PaymentRequest> Decode(string text)
    {
        text = text.Trim();
        if (!text.StartsWith(Prefix, StringComparison.Ordinal)) return WalletErrors.RequestMalformed($"it does not start with {Prefix}");
        if (text.Length > MaxLength) return WalletErrors.RequestMalformed("it is too long");
        if (!Tokens.TryDecodeBase64(text[Prefix.Length..], out var bytes)) return WalletErrors.RequestMalformed("it is not base64");
        var cbor = new CborReader(bytes);
        var request = new PaymentRequest();
        var isRead = cbor.TryReadMap((ref value, name) => value.TryReadNothing() || ReadMember(ref value, name, ref request));
        return isRead && cbor.IsAtEnd ? request : WalletErrors.RequestMalformed("its CBOR is not understood");
    }

    private static bool ReadMember(ref CborReader cbor, string name, ref PaymentRequest request)
    {
        string? text;
        switch (name)
        {
            case "i":
                if (!cbor.TryReadText(out text)) return false;
                request = request with { Id = text };
                return true;
            case "a":
                if (!cbor.TryReadInteger(out var amount)) return false;
                request = request with { Amount = amount };
                return true;
            case "u":
                if (!cbor.TryReadText(out text)) return false;
                request = request with { Unit = text };
                return true;
            case "d":
                if (!cbor.TryReadText(out text)) return false;
                request = request with { Description = text };
                return true;
            case "s":
                if (!cbor.TryReadFlag(out var isSingleUse)) return false;
                request = request with { IsSingleUse = isSingleUse };
                return true;
            case "m":
                if (!ReadTexts(ref cbor, out var mints)) return false;
                request = request with { Mints = mints };
                return true;
            case "t":
                var transports = new List<PaymentTransport>();
                if (!cbor.TryReadArray((ref transport) => ReadTransport(ref transport, transports))) return false;
                request = request with { Transports = transports };
                return true;
            case "nut10":
                if (!ReadLock(ref cbor, out var condition)) return false;
                request = request with { Lock = condition };
                return true;
            default:
                return cbor.TrySkip();
        }
    }

    private static bool ReadTransport(ref CborReader cbor, List<PaymentTransport> transports)
    {
        string? type = null, target = null;
        List<IReadOnlyList<string>> tags = [];
        var isRead = cbor.TryReadMap((ref value, name) => name switch
        {
            "t" => value.TryReadText(out type),
            "a" => value.TryReadText(out target),
            "g" => value.TryReadNothing() || ReadTags(ref value, out tags),
            _ => value.TrySkip(),
        });
        if (!isRead || type is null || target is null) return false;
        transports.Add(new PaymentTransport(type, target, tags));
        return true;
    }

    private static bool ReadLock(ref CborReader cbor, out PaymentLock? condition)
    {
        string? kind = null, data = null;
        List<IReadOnlyList<string>> tags = [];
        var isRead = cbor.TryReadMap((ref value, name) => name switch
        {
            "k" => value.TryReadText(out kind),
            "d" => value.TryReadText(out data),
            "t" => value.TryReadNothing() || ReadTags(ref value, out tags),
            _ => value.TrySkip(),
        });
        condition = isRead && kind is not null && data is not null ? new PaymentLock(kind, data, tags) : null;
        return condition is not null;
    }

    private static bool ReadTags(ref CborReader cbor, out List<IReadOnlyList<string>> tags)
    {
        var read = tags = [];
        return cbor.TryReadArray((ref tag) =>
        {
            if (!ReadTexts(ref tag, out var texts)) return false;
            read.Add(texts);
            return true;
        });
    }

    private static bool ReadTexts(ref CborReader cbor, out List<string> texts)
    {
        var read = texts = [];
        return cbor.TryReadArray((ref element) =>
        {
            if (!element.TryReadText(out var text)) return false;
            read.Add(text);
            return true;
        });
    }

    private static void WriteTransports(CborWriter cbor, IReadOnlyList<PaymentTransport> transports)
    {
        cbor.Text("t");
        cbor.Array(transports.Count);
        foreach (var transport in transports)
        {
            cbor.Map(transport.Tags.Count > 0 ? 3 : 2);
            WriteText(cbor, "t", transport.Type);
            WriteText(cbor, "a", transport.Target);
            if (transport.Tags.Count > 0) WriteTags(cbor, "g", transport.Tags);
        }
    }

    private static void WriteLock(CborWriter cbor, PaymentLock condition)
    {
        cbor.Text("nut10");
        cbor.Map(condition.Tags.Count > 0 ? 3 : 2);
        WriteText(cbor, "k", condition.Kind);
        WriteText(cbor, "d", condition.Data);
        if (condition.Tags.Count > 0) WriteTags(cbor, "t", condition.Tags);
    }

    private static void WriteTags(CborWriter cbor, string name, IReadOnlyList<IReadOnlyList<string>> tags)
    {
        cbor.Text(name);
        cbor.Array(tags.Count);
        foreach (var tag in tags)
        {
            cbor.Array(tag.Count);
            foreach (var text in tag) cbor.Text(text);
        }
    }

    private static void WriteText(CborWriter cbor, string name, string? text)
    {
        if (text is null) return;
        cbor.Text(name);
        cbor.Text(text);
    }

    private static int Count(params ReadOnlySpan<bool> present)
    {
        var count = 0;
        foreach (var isThere in present) count += isThere ? 1 : 0;
        return count;
    }
}
