namespace Turnpike.Cashu.Storage;

/// <summary>The books of one unit: <c>credited − unissued − paid out = outstanding + kept</c>.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Credited">What came in by Lightning, or by a melt of this mint.</param>
/// <param name="Unissued">What of it was not minted yet.</param>
/// <param name="PaidOut">What melts paid, Lightning's fees included.</param>
/// <param name="Outstanding">Ecash that wallets hold: signed and not spent. What a melt holds counts.</param>
/// <param name="Kept">Fees and surplus; a melt's surplus may be a loss.</param>
/// <remarks>docs/specs/cashu.md 7.6.</remarks>
internal sealed record Books(string Unit, Int128 Credited, Int128 Unissued, Int128 PaidOut, Int128 Outstanding, Int128 Kept)
{
    /// <summary>Left side less right side; not 0 is a fault.</summary>
    public Int128 Difference => Credited - Unissued - PaidOut - Outstanding - Kept;
}

/// <summary>What a keyset has signed and taken back.</summary>
/// <param name="No">Its number.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Issued">Σ of what it signed.</param>
/// <param name="Redeemed">Σ of what was spent, deleted proofs too.</param>
internal sealed record KeysetBooks(int No, string Unit, Int128 Issued, Int128 Redeemed);
