using System.Runtime.InteropServices;

namespace Turnpike.Kernel.Crypto;

/// <summary>The few functions of libsodium that are used; initialised before the first of them is called.</summary>
/// <remarks>Never with SuppressGCTransition: a call takes a microsecond or more and would hold up every collection.</remarks>
internal static unsafe partial class SodiumNative
{
    public const string Library = "libsodium.so.23";

    static SodiumNative()
    {
        // 0 is the first time, 1 says that another user of the library in this process did it before.
        if (sodium_init() < 0) throw new InvalidOperationException("libsodium could not be initialised; is there a source of randomness?");
    }

    [LibraryImport(Library)]
    private static partial int sodium_init();

    [LibraryImport(Library)]
    public static partial int crypto_sign_seed_keypair(byte* publicKey, byte* secretKey, byte* seed);

    [LibraryImport(Library)]
    public static partial int crypto_sign_detached(byte* signature, ulong* signatureLength, byte* message, ulong length, byte* secretKey);

    [LibraryImport(Library)]
    public static partial int crypto_sign_verify_detached(byte* signature, byte* message, ulong length, byte* publicKey);

    [LibraryImport(Library)]
    public static partial int crypto_generichash(byte* hash, nuint hashLength, byte* data, ulong length, byte* key, nuint keyLength);
}
