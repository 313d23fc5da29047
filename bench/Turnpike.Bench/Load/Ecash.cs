using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Turnpike.Cashu.Client;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Bench.Load;

/// <summary>A wallet without a memory: makes outputs, quotes and proofs by the thousand, and requests that only need to be sent.</summary>
internal sealed class Ecash(Posters posters, Keyset keyset)
{
    /// <summary>What is asked for where six outputs are: 32 in all.</summary>
    public static readonly ulong[] Six = [16, 8, 4, 2, 1, 1];

    /// <summary>The amount of each proof that is swapped: four make six outputs.</summary>
    public const ulong Eight = 8;

    /// <summary>Proofs of one large mint, as many as the server takes.</summary>
    private const int MostOutputs = 1000;

    public static async Task<Ecash> OpenAsync(int port, Posters posters)
    {
        using var client = new CashuClient(new CashuClientOptions { Mint = new Uri($"http://127.0.0.1:{port}") });
        var active = (await client.GetKeysetsAsync(CancellationToken.None)).First(k => k.IsActive);
        var read = await client.GetKeysetAsync(active.Id, CancellationToken.None);
        return new Ecash(posters, read.TryGet(out var keyset, out var error) ? keyset : throw new IOException(error.Message));
    }

    /// <summary>How many quotes it takes to have so many proofs of eight.</summary>
    public static int QuotesFor(int proofs) => (proofs + MostOutputs - 1) / MostOutputs;

    /// <summary>Quotes for <see cref="ProofsOfEight"/>.</summary>
    public string[] LargeQuotes(int proofs) => Quotes(QuotesFor(proofs), Eight * MostOutputs);

    /// <summary>Makes quotes, each of so much; the simulated node pays them by itself.</summary>
    public string[] Quotes(int count, ulong amount)
    {
        var request = HttpRequest.Post("/v1/mint/quote/bolt11", Encoding.ASCII.GetBytes($$"""{"amount":{{amount}},"unit":"sat"}"""));
        var quotes = new string[count];
        posters.Run(Enumerable.Repeat(request, count).ToArray(), (i, body) =>
        {
            using var quote = JsonDocument.Parse(body);
            quotes[i] = quote.RootElement.GetProperty("quote").GetString()!;
        });
        return quotes;
    }

    /// <summary>Mints of six outputs each, on quotes of 32.</summary>
    public byte[][] Mints(string[] quotes) => Build(quotes.Length, i => Mint(quotes[i], Outputs(Six)));

    /// <summary>Swaps of four proofs of eight for six outputs.</summary>
    public byte[][] Swaps(Proof[] proofs) => Build(proofs.Length / 4, i =>
    {
        var body = new ArrayBufferWriter<byte>(4096);
        SwapMessages.Write(body, new SwapRequest(proofs[(4 * i)..(4 * i + 4)], [.. Outputs(Six).Select(o => o.Message(keyset))]));
        return HttpRequest.Post("/v1/swap", body.WrittenSpan);
    });

    /// <summary>Mints proofs through the server, on quotes that are paid.</summary>
    public Proof[] ProofsOfEight(string[] quotes, int count)
    {
        var amounts = Enumerable.Repeat(Eight, MostOutputs).ToArray();
        var outputs = new Output[quotes.Length][];
        var requests = Build(quotes.Length, i => Mint(quotes[i], outputs[i] = Outputs(amounts)));
        var signatures = new string[quotes.Length][];
        posters.Run(requests, (i, body) =>
        {
            using var answer = JsonDocument.Parse(body);
            var list = answer.RootElement.GetProperty("signatures").EnumerateArray();
            signatures[i] = [.. list.Select(s => s.GetProperty("C_").GetString()!)];
        });
        var proofs = new Proof[count];
        Parallel.For(0, count, i =>
            proofs[i] = outputs[i / MostOutputs][i % MostOutputs].Unblind(signatures[i / MostOutputs][i % MostOutputs], keyset));
        return proofs;
    }

    /// <summary>An answer with six signatures, as both mints and swaps of these have it.</summary>
    /// <exception cref="IOException">It is not.</exception>
    public static void RequireSix(ReadOnlyMemory<byte> body)
    {
        if (body.Span.Count("\"C_\":\"0"u8) == Six.Length) return;
        throw new IOException($"Not six signatures: {Encoding.UTF8.GetString(body.Span)}");
    }

    private static byte[][] Build(int count, Func<int, byte[]> build)
    {
        var requests = new byte[count][];
        Parallel.For(0, count, i => requests[i] = build(i));
        return requests;
    }

    private byte[] Mint(string quote, Output[] outputs)
    {
        var body = new StringBuilder($$"""{"quote":"{{quote}}","outputs":[""");
        for (var i = 0; i < outputs.Length; i++)
        {
            body.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture,
                $$"""{"amount":{{outputs[i].Amount}},"id":"{{keyset.Id}}","B_":"{{outputs[i].Blinded}}"}""");
        }
        return HttpRequest.Post("/v1/mint/bolt11", Encoding.ASCII.GetBytes(body.Append("]}").ToString()));
    }

    private static Output[] Outputs(ulong[] amounts) => Array.ConvertAll(amounts, Output.Create);

    /// <summary>An output and what makes a proof of its signature.</summary>
    private sealed record Output(ulong Amount, byte[] Secret, byte[] R, PublicKey Blinded)
    {
        public static Output Create(ulong amount)
        {
            var secret = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
            var r = RandomNumberGenerator.GetBytes(32);
            return BlindSignatures.TryBlind(HashToCurve.Hash(secret).Compressed, r, out var blinded)
                ? new Output(amount, secret, r, blinded)
                : throw new IOException("A blinding factor is below the group's order.");
        }

        public BlindedMessage Message(Keyset keyset) => new(Amount, keyset.Id, PointText.Of(Blinded));

        public Proof Unblind(string signature, Keyset keyset)
        {
            if (!PublicKey.TryParse(signature, out var point) || !keyset.TryGetKey(Amount, out var key)
                || !BlindSignatures.TryUnblind(point, R, key, out var c))
                throw new IOException($"Not a signature: {signature}");
            return new Proof(Amount, keyset.Id, SecretJson.Parse(Secret), PointText.Of(c));
        }
    }
}
