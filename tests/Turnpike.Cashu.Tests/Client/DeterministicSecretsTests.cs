using Turnpike.Cashu.Client;
using Turnpike.Tests;

namespace Turnpike.Cashu.Tests.Client;

public class DeterministicSecretsTests
{
    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public void Secrets_and_factors_come_from_words_keyset_and_counter(string version)
    {
        var vector = VectorsAttribute.Load("cashu/deterministic_secrets.json").GetProperty(version);
        var secrets = DeterministicSecrets.FromMnemonic(vector.GetProperty("mnemonic").GetString()!, vector.GetProperty("passphrase").GetString()!);
        var keyset = Known.Id(vector.GetProperty("keyset_id").GetString()!);
        var r = new byte[32];
        foreach (var item in vector.GetProperty("items").EnumerateArray())
        {
            Assert.Equal(item.GetProperty("secret").GetString(), secrets.Derive(keyset, item.GetProperty("counter").GetUInt64(), r));
            Assert.Equal(item.GetProperty("r").GetString(), Convert.ToHexStringLower(r));
        }
    }

    [Fact]
    public void A_seed_has_64_bytes() => Assert.Throws<ArgumentException>(() => new DeterministicSecrets(new byte[32]));
}
