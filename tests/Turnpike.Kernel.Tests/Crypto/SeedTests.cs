using System.Security.Cryptography;
using System.Text;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Kernel.Tests.Crypto;

public sealed class SeedTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("turnpike-seed-").FullName;

    private string SeedFile => Path.Combine(_folder, "seed");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_new_seed_is_read_back_the_same_and_belongs_to_its_owner_only()
    {
        var made = Seed.Create(SeedFile);

        Assert.Equal(Bytes(made, "x"), Bytes(Seed.Read(SeedFile), "x"));
        Assert.Matches("^[0-9a-f]{64}\n$", File.ReadAllText(SeedFile));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(SeedFile));
        Assert.Equal([SeedFile], Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_seed_is_never_overwritten()
    {
        var before = Bytes(Seed.Create(SeedFile), "x");

        var error = Assert.Throws<SeedException>(() => Seed.Create(SeedFile));

        Assert.Contains("exists already", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Bytes(Seed.Read(SeedFile), "x"));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.GroupExecute)]
    public void A_file_with_wider_rights_is_refused_with_the_remedy(UnixFileMode right)
    {
        Seed.Create(SeedFile);
        File.SetUnixFileMode(SeedFile, OwnerOnly | right);

        Assert.Contains("chmod 600", Assert.Throws<SeedException>(() => Seed.Read(SeedFile)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("zz00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000000")]
    public void What_is_not_64_hex_characters_is_refused_and_not_repeated(string content)
    {
        File.WriteAllText(SeedFile, content);
        File.SetUnixFileMode(SeedFile, OwnerOnly);

        Assert.EndsWith("must hold exactly 64 hexadecimal characters.", Assert.Throws<SeedException>(() => Seed.Read(SeedFile)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_a_sentence() =>
        Assert.Contains("does not exist", Assert.Throws<SeedException>(() => Seed.Read(SeedFile)).Message, StringComparison.Ordinal);

    [Fact]
    public void Keys_are_derived_by_HKDF_SHA256_with_system_and_purpose_as_info()
    {
        var secret = Convert.FromHexString("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
        var seed = Seed.FromBytes(secret);

        // RFC 5869 by hand: extract with a salt of 32 zero bytes, then the first block of expand.
        var extracted = HMACSHA256.HashData(new byte[32], secret);
        var expected = HMACSHA256.HashData(extracted, (byte[])[.. Encoding.UTF8.GetBytes("turnpike/planetmint/node"), 1]);

        Assert.Equal(expected, Bytes(seed, "node"));
        Assert.NotEqual(expected, Bytes(seed, "other"));
    }

    [Fact]
    public void A_seed_tells_nothing_of_itself() => Assert.Equal("Seed", Seed.FromBytes(new byte[32]).ToString());

    private static byte[] Bytes(Seed seed, string purpose)
    {
        var key = new byte[32];
        seed.Derive("planetmint", purpose, key);
        return key;
    }
}
