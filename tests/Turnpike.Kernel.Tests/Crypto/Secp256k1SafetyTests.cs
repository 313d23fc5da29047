using FsCheck;
using FsCheck.Fluent;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Tests.Encodings;

namespace Turnpike.Kernel.Tests.Crypto;

public class Secp256k1SafetyTests
{
    private static readonly byte[] Secret = Keys.Number(7);
    private static readonly byte[] Hash = Keys.Sha256("message");

    private static byte[] Signed(int length, Action<byte[]> sign)
    {
        var signature = new byte[length];
        sign(signature);
        return signature;
    }

    private static byte[] Ecdsa => Signed(64, s => Secp256k1.Sign(Secret, Hash, s));

    private static byte[] Recoverable => Signed(65, s => Secp256k1.SignRecoverable(Secret, Hash, s));

    private static byte[] Schnorr => Signed(64, s => Secp256k1.SignSchnorr(Secret, Hash, [], s));

    [Fact]
    public unsafe void An_illegal_argument_is_refused_and_counted_and_the_process_lives()
    {
        var before = Secp256k1Native.IllegalArguments;
        Secp256k1Native.Point zero = default;
        Secp256k1Native.Signature signature;
        fixed (byte* bytes = Ecdsa, hash = Hash)
        {
            Assert.Equal(1, Secp256k1Native.secp256k1_ecdsa_signature_parse_compact(Secp256k1Native.Context, &signature, bytes));
            Assert.Equal(0, Secp256k1Native.secp256k1_ecdsa_verify(Secp256k1Native.Context, &signature, hash, &zero));
        }
        Assert.Equal(before + 1, Secp256k1Native.IllegalArguments);
    }

    [Fact]
    public void Any_bytes_may_come_from_outside_and_none_is_an_illegal_argument()
    {
        var before = Secp256k1Native.IllegalArguments;
        CheckAnyBytes();
        Assert.Equal(before, Secp256k1Native.IllegalArguments);
    }

    private static void CheckAnyBytes() => Prop.ForAll(
        Arbitraries.BytesUpTo(70).ToArbitrary(), Arbitraries.BytesUpTo(70).ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(),
        (key, signature, pick) =>
        {
            // Random bytes are seldom of the right length; half of the time they are made so.
            if (pick % 2 == 0) Array.Resize(ref key, pick / 2 % 2 == 0 ? 33 : 65);
            if (pick % 3 == 0) Array.Resize(ref signature, pick / 3 % 2 == 0 ? 64 : 65);
            if (key.Length > 0 && pick % 5 > 0) key[0] = (byte)(key.Length == 65 ? 4 : 2 + pick % 2);
            if (signature.Length == 65) signature[64] %= 6;
            Assert.False(Secp256k1.Verify(key, Hash, signature, pick % 7 == 0));
            Assert.False(Secp256k1.VerifySchnorr(key, Hash, signature));
            Assert.False(Ed25519.Verify(key, Hash, signature));
            if (Secp256k1.TryRecover(Hash, signature, out var found, true))
                Assert.True(Secp256k1.Verify(found, Hash, signature.AsSpan(0, 64), true));
            if (PublicKey.TryRead(key, out var read)) Assert.True(PublicKey.TryRead(read.Span, out _));
            var der = new byte[64];
            Assert.False(Secp256k1.TryReadDer(signature, der));
        }).Check(Base58Tests.Seeded(3000));

    [Fact]
    public void Verification_allocates_nothing()
    {
        var key = Keys.Public(Secret);
        var (ecdsa, recoverable, schnorr, room, der) = (Ecdsa, Recoverable, Schnorr, new byte[65], new byte[72]);
        Assert.Equal(0, Allocated.By(() => Assert.True(Secp256k1.Verify(key, Hash, ecdsa, true))));
        Assert.Equal(0, Allocated.By(() => Assert.True(Secp256k1.VerifySchnorr(key.X, Hash, schnorr))));
        Assert.Equal(0, Allocated.By(() => Assert.True(Secp256k1.TryRecover(Hash, recoverable, room))));
        Assert.Equal(0, Allocated.By(() => Assert.True(Secp256k1.TryRecover(Hash, recoverable, out _))));
        Assert.Equal(0, Allocated.By(() => Secp256k1.WriteDer(ecdsa, der)));
    }

    [Fact]
    public void Signing_and_arithmetic_allocate_nothing()
    {
        var key = Keys.Public(Secret);
        var room = new byte[65];
        Assert.Equal(0, Allocated.By(() => Secp256k1.Sign(Secret, Hash, room.AsSpan(0, 64))));
        Assert.Equal(0, Allocated.By(() => Secp256k1.SignRecoverable(Secret, Hash, room)));
        Assert.Equal(0, Allocated.By(() => Secp256k1.SignSchnorr(Secret, Hash, [], room.AsSpan(0, 64))));
        Assert.Equal(0, Allocated.By(() => Assert.True(Secp256k1.TryTweakMul(key, Hash, out _))));
        Assert.Equal(0, Allocated.By(() => Assert.True(Secp256k1.TryCombine([key, key], out _))));
        Assert.Equal(0, Allocated.By(() => Assert.True(Secp256k1.TryEcdhX(key, Secret, room.AsSpan(0, 32)))));
    }

    [Fact]
    public void Many_threads_on_one_context_agree()
    {
        var expected = (Ecdsa, Recoverable, Schnorr);
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            Assert.Equal(expected.Ecdsa, Ecdsa);
            Assert.Equal(expected.Recoverable, Recoverable);
            Assert.Equal(expected.Schnorr, Schnorr);
            var secret = Keys.Number(i + 1);
            var hash = Keys.Sha256($"{i}");
            var signature = Signed(64, s => Secp256k1.Sign(secret, hash, s));
            Assert.True(Secp256k1.Verify(Keys.Public(secret), hash, signature));
            Assert.False(Secp256k1.Verify(Keys.Public(Keys.Number(i + 2)), hash, signature));
        });
    }
}
