using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Turnpike.Kernel.Crypto;

/// <summary>libsecp256k1 with its modules recovery, ecdh, extrakeys and schnorrsig; Debian 12 has 0.2.0.</summary>
/// <remarks>Never with SuppressGCTransition: a call takes a microsecond or more and would hold up every collection.</remarks>
internal static unsafe partial class Secp256k1Native
{
    public const string Library = "libsecp256k1.so.1";

    /// <summary>SECP256K1_CONTEXT_NONE; the other flags are deprecated and mean the same.</summary>
    private const uint AnyUse = 1;

    private static long _illegalArguments;

    /// <summary>The only context. Randomized before anyone sees it; from then on it is only read, by any number of threads.</summary>
    public static readonly nint Context = CreateContext();

    /// <summary>How often the library refused an argument as illegal: each is a mistake of ours, none can be caused from outside.</summary>
    public static long IllegalArguments => Interlocked.Read(ref _illegalArguments);

    private static nint CreateContext()
    {
        var context = secp256k1_context_create(AnyUse);
        // Without it the library would end the process.
        secp256k1_context_set_illegal_callback(context, &OnIllegalArgument, null);
        Span<byte> seed = stackalloc byte[32];
        RandomNumberGenerator.Fill(seed);
        fixed (byte* from = seed)
        {
            if (secp256k1_context_randomize(context, from) != 1) throw new CryptographicException("libsecp256k1 takes no seed.");
        }
        CryptographicOperations.ZeroMemory(seed);
        return context;
    }

    /// <summary>After it the function that was called returns 0, which its caller here takes as a refusal.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnIllegalArgument(byte* message, void* data) => Interlocked.Increment(ref _illegalArguments);

    /// <summary>secp256k1_pubkey and secp256k1_xonly_pubkey: the library's form of a point, valid only if it wrote it.</summary>
    public struct Point
    {
        public fixed byte Opaque[64];
    }

    /// <summary>secp256k1_ecdsa_signature.</summary>
    public struct Signature
    {
        public fixed byte Opaque[64];
    }

    /// <summary>secp256k1_ecdsa_recoverable_signature.</summary>
    public struct RecoverableSignature
    {
        public fixed byte Opaque[65];
    }

    /// <summary>secp256k1_keypair: secret, to be overwritten after use.</summary>
    public struct KeyPair
    {
        public fixed byte Opaque[96];
    }

    /// <summary>secp256k1_schnorrsig_extraparams of 0.2.0.</summary>
    public struct SchnorrParameters
    {
        public fixed byte Magic[4];
        public nint NonceFunction;
        public void* NonceData;
    }

    [LibraryImport(Library)]
    private static partial nint secp256k1_context_create(uint flags);

    [LibraryImport(Library)]
    private static partial int secp256k1_context_randomize(nint context, byte* seed32);

    [LibraryImport(Library)]
    private static partial void secp256k1_context_set_illegal_callback(
        nint context, delegate* unmanaged[Cdecl]<byte*, void*, void> callback, void* data);

    [LibraryImport(Library)]
    public static partial int secp256k1_ec_seckey_verify(nint context, byte* secret32);

    [LibraryImport(Library)]
    public static partial int secp256k1_ec_seckey_negate(nint context, byte* secret32);

    [LibraryImport(Library)]
    public static partial int secp256k1_ec_seckey_tweak_add(nint context, byte* secret32, byte* tweak32);

    [LibraryImport(Library)]
    public static partial int secp256k1_ec_seckey_tweak_mul(nint context, byte* secret32, byte* tweak32);

    [LibraryImport(Library)]
    public static partial int secp256k1_ec_pubkey_create(nint context, Point* point, byte* secret32);

    [LibraryImport(Library)]
    public static partial int secp256k1_ec_pubkey_parse(nint context, Point* point, byte* bytes, nuint length);

    [LibraryImport(Library)]
    public static partial int secp256k1_ec_pubkey_serialize(nint context, byte* bytes, nuint* length, Point* point, uint flags);

    [LibraryImport(Library)]
    public static partial int secp256k1_ec_pubkey_negate(nint context, Point* point);

    [LibraryImport(Library)]
    public static partial int secp256k1_ec_pubkey_tweak_add(nint context, Point* point, byte* tweak32);

    [LibraryImport(Library)]
    public static partial int secp256k1_ec_pubkey_tweak_mul(nint context, Point* point, byte* tweak32);

    [LibraryImport(Library)]
    public static partial int secp256k1_ec_pubkey_combine(nint context, Point* sum, Point** points, nuint count);

    [LibraryImport(Library)]
    public static partial int secp256k1_ecdsa_signature_parse_compact(nint context, Signature* signature, byte* bytes64);

    [LibraryImport(Library)]
    public static partial int secp256k1_ecdsa_signature_serialize_compact(nint context, byte* bytes64, Signature* signature);

    [LibraryImport(Library)]
    public static partial int secp256k1_ecdsa_signature_parse_der(nint context, Signature* signature, byte* der, nuint length);

    [LibraryImport(Library)]
    public static partial int secp256k1_ecdsa_signature_serialize_der(nint context, byte* der, nuint* length, Signature* signature);

    [LibraryImport(Library)]
    public static partial int secp256k1_ecdsa_signature_normalize(nint context, Signature* normalized, Signature* signature);

    [LibraryImport(Library)]
    public static partial int secp256k1_ecdsa_sign(
        nint context, Signature* signature, byte* hash32, byte* secret32, nint nonceFunction, void* nonceData);

    [LibraryImport(Library)]
    public static partial int secp256k1_ecdsa_verify(nint context, Signature* signature, byte* hash32, Point* point);

    [LibraryImport(Library)]
    public static partial int secp256k1_ecdsa_sign_recoverable(
        nint context, RecoverableSignature* signature, byte* hash32, byte* secret32, nint nonceFunction, void* nonceData);

    [LibraryImport(Library)]
    public static partial int secp256k1_ecdsa_recoverable_signature_serialize_compact(
        nint context, byte* bytes64, int* recoveryId, RecoverableSignature* signature);

    [LibraryImport(Library)]
    public static partial int secp256k1_ecdsa_recoverable_signature_parse_compact(
        nint context, RecoverableSignature* signature, byte* bytes64, int recoveryId);

    [LibraryImport(Library)]
    public static partial int secp256k1_ecdsa_recover(nint context, Point* point, RecoverableSignature* signature, byte* hash32);

    [LibraryImport(Library)]
    public static partial int secp256k1_keypair_create(nint context, KeyPair* pair, byte* secret32);

    [LibraryImport(Library)]
    public static partial int secp256k1_xonly_pubkey_parse(nint context, Point* point, byte* x32);

    [LibraryImport(Library)]
    public static partial int secp256k1_schnorrsig_sign_custom(
        nint context, byte* signature64, byte* message, nuint length, KeyPair* pair, SchnorrParameters* parameters);

    [LibraryImport(Library)]
    public static partial int secp256k1_schnorrsig_verify(nint context, byte* signature64, byte* message, nuint length, Point* point);

    [LibraryImport(Library)]
    public static partial int secp256k1_ecdh(
        nint context,
        byte* output,
        Point* point,
        byte* secret32,
        delegate* unmanaged[Cdecl]<byte*, byte*, byte*, void*, int> hash,
        void* data);
}
