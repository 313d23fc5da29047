using System.Text.Json;
using Turnpike.Cashu.Client;
using Turnpike.Kernel.Crypto;
using Turnpike.Tests;

namespace Turnpike.Cashu.Tests.Client;

public sealed class BlindedKeysTests
{
    private static readonly JsonElement Vector = VectorsAttribute.Load("cashu/p2bk.json");
    private static readonly JsonElement Keys = Vector.GetProperty("keys");

    [Fact]
    public void The_factor_is_the_same_for_sender_and_receiver()
    {
        var r = new byte[32];
        for (var slot = 0; slot < Vector.GetProperty("r").GetArrayLength(); slot++)
        {
            Assert.True(BlindedKeys.TryFactor(Known.Key(Hex("P")), Known.Bytes(Hex("e")), slot, r));
            Assert.Equal(Item("r", slot), Convert.ToHexStringLower(r));
            Assert.True(BlindedKeys.TryFactor(Known.Key(Hex("E")), Known.Bytes(Hex("p")), slot, r));
            Assert.Equal(Item("r", slot), Convert.ToHexStringLower(r));
        }
    }

    [Fact]
    public void A_key_is_blinded_for_each_slot_and_only_the_receiver_finds_its_secret()
    {
        var unblinded = new byte[32];
        for (var slot = 0; slot < Vector.GetProperty("blinded").GetArrayLength(); slot++)
        {
            Assert.True(BlindedKeys.TryBlind(Known.Bytes(Hex("e")), Known.Key(Hex("P")), slot, out var blinded));
            Assert.Equal(Item("blinded", slot), blinded.ToString());

            Assert.True(BlindedKeys.TryUnblind(Known.Bytes(Hex("p")), Known.Key(Hex("E")), blinded, slot, unblinded));
            Assert.Equal(Item("sk_neg", slot), Convert.ToHexStringLower(unblinded));
            Assert.False(BlindedKeys.TryUnblind(Known.Bytes(Hex("p")), Known.Key(Hex("E")), blinded, slot + 1, unblinded));
            Assert.False(BlindedKeys.TryUnblind(Known.Bytes(Hex("e")), Known.Key(Hex("E")), blinded, slot, unblinded));
        }
    }

    [Fact]
    public void The_other_key_of_the_same_x_is_found_too()
    {
        var unblinded = new byte[32];
        // The vector's P is −p·G: both have the same x, and locks know only that.
        Assert.True(Secp256k1.TryPublicKey(Known.Bytes(Hex("p")), out var own));
        Assert.True(Secp256k1.TryNegate(Known.Key(Hex("P")), out var negative));
        Assert.Equal(own, negative);
        for (var slot = 0; slot < Vector.GetProperty("sk_std").GetArrayLength(); slot++)
        {
            Assert.True(BlindedKeys.TryBlind(Known.Bytes(Hex("e")), negative, slot, out var blinded));

            Assert.True(BlindedKeys.TryUnblind(Known.Bytes(Hex("p")), Known.Key(Hex("E")), blinded, slot, unblinded));
            Assert.Equal(Item("sk_std", slot), Convert.ToHexStringLower(unblinded));
        }
    }

    private static string Hex(string name) => Keys.GetProperty(name).GetString()!;

    private static string? Item(string name, int slot) => Vector.GetProperty(name)[slot].GetString();
}
