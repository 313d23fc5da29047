using System.Buffers.Binary;
using static System.Numerics.BitOperations;

namespace Turnpike.Kernel.Crypto;

/// <summary>Keccak-256 as Ethereum has it: the hash that was submitted to NIST, padding 01. SHA3-256 is <see cref="Sha3"/>.</summary>
/// <remarks>The Keccak reference 3.0. Vectors: tests/vectors/clearnet/keccak.json.</remarks>
public static class Keccak256
{
    /// <summary>Bytes of a digest.</summary>
    public const int Length = 32;

    private const int Rate = 136;
    private const int Lanes = 25;

    private static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
        0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    /// <summary>Hashes bytes of any length.</summary>
    /// <param name="data">What is hashed.</param>
    /// <param name="hash32">Takes 32 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="hash32"/> has another length.</exception>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> hash32)
    {
        Lengths.Require(hash32.Length, Length);
        Span<ulong> state = stackalloc ulong[Lanes];
        state.Clear();
        for (; data.Length >= Rate; data = data[Rate..]) Absorb(state, data[..Rate]);

        Span<byte> last = stackalloc byte[Rate];
        last.Clear();
        data.CopyTo(last);
        last[data.Length] = 0x01;
        last[Rate - 1] |= 0x80;
        Absorb(state, last);
        for (var i = 0; i < Length / 8; i++) BinaryPrimitives.WriteUInt64LittleEndian(hash32[(8 * i)..], state[i]);
    }

    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        for (var i = 0; i < Rate / 8; i++) state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
        Permute(state);
    }

    /// <summary>Keccak-f[1600]: 24 rounds over 25 lanes, lane (x, y) at x + 5y.</summary>
    /// <remarks>One long method on purpose: lanes that are locals stay in registers and on the stack without bounds checks.</remarks>
    private static void Permute(Span<ulong> state)
    {
        state = state[..Lanes];
        ulong a0 = state[0], a1 = state[1], a2 = state[2], a3 = state[3], a4 = state[4];
        ulong a5 = state[5], a6 = state[6], a7 = state[7], a8 = state[8], a9 = state[9];
        ulong a10 = state[10], a11 = state[11], a12 = state[12], a13 = state[13], a14 = state[14];
        ulong a15 = state[15], a16 = state[16], a17 = state[17], a18 = state[18], a19 = state[19];
        ulong a20 = state[20], a21 = state[21], a22 = state[22], a23 = state[23], a24 = state[24];
        foreach (var constant in RoundConstants)
        {
            // Theta: each lane takes in the parity of two columns.
            var c0 = a0 ^ a5 ^ a10 ^ a15 ^ a20;
            var c1 = a1 ^ a6 ^ a11 ^ a16 ^ a21;
            var c2 = a2 ^ a7 ^ a12 ^ a17 ^ a22;
            var c3 = a3 ^ a8 ^ a13 ^ a18 ^ a23;
            var c4 = a4 ^ a9 ^ a14 ^ a19 ^ a24;
            var d0 = c4 ^ RotateLeft(c1, 1);
            var d1 = c0 ^ RotateLeft(c2, 1);
            var d2 = c1 ^ RotateLeft(c3, 1);
            var d3 = c2 ^ RotateLeft(c4, 1);
            var d4 = c3 ^ RotateLeft(c0, 1);

            // Rho and pi: each lane is rotated and moved, (x, y) to (y, 2x + 3y).
            ulong b0 = a0 ^ d0, b1 = RotateLeft(a6 ^ d1, 44), b2 = RotateLeft(a12 ^ d2, 43),
                b3 = RotateLeft(a18 ^ d3, 21), b4 = RotateLeft(a24 ^ d4, 14);
            ulong b5 = RotateLeft(a3 ^ d3, 28), b6 = RotateLeft(a9 ^ d4, 20), b7 = RotateLeft(a10 ^ d0, 3),
                b8 = RotateLeft(a16 ^ d1, 45), b9 = RotateLeft(a22 ^ d2, 61);
            ulong b10 = RotateLeft(a1 ^ d1, 1), b11 = RotateLeft(a7 ^ d2, 6), b12 = RotateLeft(a13 ^ d3, 25),
                b13 = RotateLeft(a19 ^ d4, 8), b14 = RotateLeft(a20 ^ d0, 18);
            ulong b15 = RotateLeft(a4 ^ d4, 27), b16 = RotateLeft(a5 ^ d0, 36), b17 = RotateLeft(a11 ^ d1, 10),
                b18 = RotateLeft(a17 ^ d2, 15), b19 = RotateLeft(a23 ^ d3, 56);
            ulong b20 = RotateLeft(a2 ^ d2, 62), b21 = RotateLeft(a8 ^ d3, 55), b22 = RotateLeft(a14 ^ d4, 39),
                b23 = RotateLeft(a15 ^ d0, 41), b24 = RotateLeft(a21 ^ d1, 2);

            // Chi: the only step that is not linear; and iota, which makes the rounds differ.
            (a0, a1, a2, a3, a4) = (
                b0 ^ ~b1 & b2, b1 ^ ~b2 & b3, b2 ^ ~b3 & b4, b3 ^ ~b4 & b0, b4 ^ ~b0 & b1);
            (a5, a6, a7, a8, a9) = (
                b5 ^ ~b6 & b7, b6 ^ ~b7 & b8, b7 ^ ~b8 & b9, b8 ^ ~b9 & b5, b9 ^ ~b5 & b6);
            (a10, a11, a12, a13, a14) = (
                b10 ^ ~b11 & b12, b11 ^ ~b12 & b13, b12 ^ ~b13 & b14, b13 ^ ~b14 & b10, b14 ^ ~b10 & b11);
            (a15, a16, a17, a18, a19) = (
                b15 ^ ~b16 & b17, b16 ^ ~b17 & b18, b17 ^ ~b18 & b19, b18 ^ ~b19 & b15, b19 ^ ~b15 & b16);
            (a20, a21, a22, a23, a24) = (
                b20 ^ ~b21 & b22, b21 ^ ~b22 & b23, b22 ^ ~b23 & b24, b23 ^ ~b24 & b20, b24 ^ ~b20 & b21);
            a0 ^= constant;
        }
        state[0] = a0; state[1] = a1; state[2] = a2; state[3] = a3; state[4] = a4;
        state[5] = a5; state[6] = a6; state[7] = a7; state[8] = a8; state[9] = a9;
        state[10] = a10; state[11] = a11; state[12] = a12; state[13] = a13; state[14] = a14;
        state[15] = a15; state[16] = a16; state[17] = a17; state[18] = a18; state[19] = a19;
        state[20] = a20; state[21] = a21; state[22] = a22; state[23] = a23; state[24] = a24;
    }
}
