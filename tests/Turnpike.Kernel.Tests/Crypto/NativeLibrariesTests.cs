using Turnpike.Kernel.Crypto;

namespace Turnpike.Kernel.Tests.Crypto;

public class NativeLibrariesTests
{
    [Fact]
    public void The_libraries_of_this_machine_are_all_there() => NativeLibraries.Require();

    [Theory]
    [InlineData("libsecp256k1.so.1", "apt install libsecp256k1-1")]
    [InlineData("libsodium.so.23", "apt install libsodium23")]
    [InlineData("libsqlite3.so.0", "apt install libsqlite3-0")]
    public void A_missing_library_is_named_with_its_package(string file, string remedy)
    {
        var thrown = Assert.Throws<MissingLibraryException>(() => NativeLibraries.Require((f, _) => f != file));
        Assert.Contains(file, thrown.Message, StringComparison.Ordinal);
        Assert.EndsWith(remedy, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_are_missing_are_in_one_sentence()
    {
        var thrown = Assert.Throws<MissingLibraryException>(() => NativeLibraries.Require((_, _) => false));
        Assert.EndsWith("apt install libsecp256k1-1 libsodium23 libsqlite3-0", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', thrown.Message);
    }

    [Fact]
    public void The_functions_that_are_needed_are_looked_for()
    {
        var looked = new Dictionary<string, string[]>();
        NativeLibraries.Require((file, uses) => looked.TryAdd(file, uses));
        Assert.Contains("secp256k1_ecdsa_recover", looked["libsecp256k1.so.1"]);
        Assert.All(looked.Values, Assert.NotEmpty);
    }
}
