using System.Text;
using System.Text.Json;
using Turnpike.Kernel;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Wire;
using Turnpike.Tests;

namespace Turnpike.Planetmint.Tests;

/// <summary>The shared vectors, by name.</summary>
internal static class TestVectors
{
    private static readonly Dictionary<string, JsonElement> s_valid =
        VectorsAttribute.Load("planetmint/valid.json").EnumerateArray().ToDictionary(v => v.GetProperty("name").GetString()!);

    private static readonly JsonElement s_keys = VectorsAttribute.Load("planetmint/keys.json").GetProperty("keys");

    public static IEnumerable<string> ValidNames => s_valid.Keys;

    public static byte[] ValidBody(string name) => Encoding.UTF8.GetBytes(s_valid[name].GetProperty("body").GetString()!);

    public static Candidate Valid(string name) => Read(ValidBody(name)).OrThrow();

    public static OwnerKeyPair Key(string name) =>
        OwnerKeyPair.FromSeed(Convert.FromHexString(s_keys.GetProperty(name).GetProperty("seed_hex").GetString()!));

    public static Result<Candidate> Read(byte[] body) => TransactionJson.Read(body);

    public static T OrThrow<T>(this Result<T> result) =>
        result.TryGet(out var value, out var error) ? value : throw new InvalidOperationException(error.Message);
}
