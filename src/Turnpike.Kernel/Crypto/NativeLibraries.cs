using System.Runtime.InteropServices;

namespace Turnpike.Kernel.Crypto;

/// <summary>The libraries of the operating system that Turnpike uses, none of which it ships.</summary>
public static class NativeLibraries
{
    private static readonly (string File, string Package, string[] Uses)[] Needed =
    [
        // Other distributions build it without some of these modules.
        (Secp256k1Native.Library, "libsecp256k1-1",
            ["secp256k1_ecdsa_recover", "secp256k1_ecdh", "secp256k1_schnorrsig_verify", "secp256k1_xonly_pubkey_parse"]),
        (SodiumNative.Library, "libsodium23", ["crypto_sign_verify_detached", "crypto_generichash"]),
        ("libsqlite3.so.0", "libsqlite3-0", ["sqlite3_open_v2"]),
    ];

    /// <summary>Loads all of them. Call it first thing at start: without it the first use fails in words that help nobody.</summary>
    /// <exception cref="MissingLibraryException">
    /// One is missing, or was built without a part that is needed. One sentence, with the packages to install.
    /// </exception>
    public static void Require() => Require(Loads);

    /// <summary>The same with another way to load: a file, and the functions that must be in it.</summary>
    internal static void Require(Func<string, string[], bool> loads)
    {
        var missing = Array.FindAll(Needed, n => !loads(n.File, n.Uses));
        if (missing.Length == 0) return;

        var files = string.Join(" and ", missing.Select(n => n.File));
        var packages = string.Join(' ', missing.Select(n => n.Package));
        throw new MissingLibraryException(missing.Length == 1
            ? $"The system library {files} is missing or lacks a part that is needed; on Debian it comes with: apt install {packages}"
            : $"The system libraries {files} are missing or lack parts that are needed; on Debian they come with: apt install {packages}");
    }

    private static bool Loads(string file, string[] uses) =>
        NativeLibrary.TryLoad(file, typeof(NativeLibraries).Assembly, null, out var library)
        && uses.All(function => NativeLibrary.TryGetExport(library, function, out _));
}
