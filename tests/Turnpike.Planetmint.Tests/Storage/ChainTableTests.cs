using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Storage;

namespace Turnpike.Planetmint.Tests.Storage;

/// <summary>What the tables refuse with the code's checks passed by, and what the audit finds where they could not.</summary>
public abstract class ChainTableTests(SqlDialect store) : IAsyncLifetime
{
    private const string Zeros = "x'0000000000000000000000000000000000000000000000000000000000000000'";

    private static readonly OwnerKeyPair s_alice = TestVectors.Key("alice");
    private static readonly OwnerKeyPair s_bob = TestVectors.Key("bob");

    private readonly Transaction _coin = TransactionBuilder.Create([s_alice],
        [new NewOutput(7, s_alice.Owner), new NewOutput(2, s_bob.Owner)]).OrThrow();
    private readonly Transaction _other = TransactionBuilder.Create([s_bob], [new NewOutput(7, s_alice.Owner)]).OrThrow();
    private ChainFile _chain = null!;

    public sealed class OnSqlite() : ChainTableTests(SqlDialect.Sqlite);

    public sealed class OnPostgres() : ChainTableTests(SqlDialect.Postgres);

    public async Task InitializeAsync()
    {
        _chain = await ChainFile.OpenAsync(store);
        await _chain.CommitBlockAsync(_coin, _other);
    }

    public async Task DisposeAsync() => await _chain.DisposeAsync();

    [Fact]
    public async Task The_key_of_the_spends_refuses_a_second_spend_in_the_same_block_and_in_a_later_one()
    {
        var (first, second) = (Spend("1"), Spend("2"));
        await Assert.ThrowsAsync<UnannouncedViolationException>(() => _chain.CommitBlockAsync(first, second));
        await _chain.CommitBlockAsync(first);
        await Assert.ThrowsAsync<UnannouncedViolationException>(() => _chain.CommitBlockAsync(second));
        await Assert.ThrowsAsync<UnannouncedViolationException>(() => _chain.ForgeAsync(
            "INSERT INTO pm_spend (spent_tx, spent_index, position) VALUES ($1, 0, 99)", TransactionTable.Copy(_coin.Id)));

        // Refused as a whole, and told by its meaning to who announces it.
        var error = PlanetmintErrors.AlreadySpent(_coin.Id);
        var answer = await _chain.Database.CommitAsync<bool>(BlockTable.HeadLock, work =>
        {
            work.Write("INSERT INTO pm_spend (spent_tx, spent_index, position) VALUES ($1, 0, 99)", (SpendTable.Key, error),
                TransactionTable.Copy(_coin.Id));
            return new(true);
        }, CancellationToken.None);
        Assert.Equal(error, answer.Error);
        Assert.Equal((2, 3, 1), await _chain.ReadAsync(
            "SELECT (SELECT MAX(height) FROM pm_block), (SELECT COUNT(*) FROM pm_tx), (SELECT COUNT(*) FROM pm_spend)",
            static row => (row.Int32(0), row.Int32(1), row.Int32(2))));
        Assert.Empty(await _chain.AuditAsync());
    }

    [Fact]
    public async Task What_does_not_exist_cannot_be_spent()
    {
        var unknown = TransactionBuilder.Create([s_alice], [new NewOutput(1, s_alice.Owner)], "{\"n\":\"x\"}"u8.ToArray()).OrThrow();
        await Assert.ThrowsAsync<UnannouncedViolationException>(() => _chain.CommitBlockAsync(
            TransactionBuilder.Transfer(unknown.Id, [Planetmint.Domain.Spend.Of(unknown, 0)], [s_alice],
                [new NewOutput(1, s_bob.Owner)]).OrThrow()));
        await Assert.ThrowsAsync<UnannouncedViolationException>(() => _chain.ForgeAsync(
            "INSERT INTO pm_spend (spent_tx, spent_index, position) VALUES ($1, 2, 99)", TransactionTable.Copy(_coin.Id)));
        Assert.Equal(1, await _chain.ReadAsync("SELECT MAX(height) FROM pm_block", static row => row.Int32(0)));
    }

    [Fact]
    public async Task A_transaction_and_a_height_are_there_once()
    {
        await Assert.ThrowsAsync<UnannouncedViolationException>(() => _chain.CommitBlockAsync(_coin));
        await Assert.ThrowsAsync<UnannouncedViolationException>(() => _chain.ForgeAsync(
            "INSERT INTO pm_tx (position, id, operation, asset_id, body) VALUES (99, $1, 'CREATE', $1, $1)",
            TransactionTable.Copy(_coin.Id)));
        await Assert.ThrowsAsync<UnannouncedViolationException>(() => _chain.ForgeAsync(
            "INSERT INTO pm_block (height, app_hash, committed_at, tx_count) VALUES (1, 'x', 0, 0)"));
    }

    [Theory]
    [InlineData("UPDATE pm_output SET amount = 0")]
    [InlineData("UPDATE pm_output SET amount = -1")]
    [InlineData("UPDATE pm_output SET amount = 9000000000000000001")]
    [InlineData("UPDATE pm_output SET amount = '7.5'")]
    [InlineData("UPDATE pm_output SET output_index = -1")]
    [InlineData("UPDATE pm_output SET asset_id = x'00'")]
    [InlineData("INSERT INTO pm_output SELECT x'0102', output_index, asset_id, amount, condition, owners, position FROM pm_output LIMIT 1")]
    [InlineData("UPDATE pm_tx SET id = x'00' WHERE position = 1048576")]
    [InlineData("UPDATE pm_tx SET asset_id = x''")]
    [InlineData("UPDATE pm_tx SET data_hash = x'00'")]
    [InlineData("UPDATE pm_tx SET metadata_hash = x'00'")]
    [InlineData("UPDATE pm_output_key SET public_key = x'00'")]
    [InlineData("UPDATE pm_owner SET public_key = x'00'")]
    [InlineData("UPDATE pm_block SET tx_count = -1")]
    [InlineData("INSERT INTO pm_block (height, app_hash, committed_at, tx_count) VALUES (-1, 'x', 0, 0)")]
    public async Task Values_out_of_their_range_are_refused_by_the_tables(string sql)
    {
        await Assert.ThrowsAnyAsync<StorageException>(() => _chain.ForgeAsync(sql));
        Assert.Empty(await _chain.AuditAsync());
    }

    [Theory]
    [InlineData("UPDATE pm_output SET amount = amount + 1 WHERE position >= 2097152", "differ by -1")]
    [InlineData("DELETE FROM pm_spend", "differ by -7")]
    [InlineData("INSERT INTO pm_spend SELECT tx_id, output_index, 2097152 FROM pm_output WHERE amount = 2", "differ by 2")]
    [InlineData("UPDATE pm_block SET tx_count = 5 WHERE height = 2", "1 blocks do not hold as many transactions as they say")]
    [InlineData("INSERT INTO pm_block VALUES (5, 'x', 0, 0)", "2 heights are missing")]
    [InlineData("UPDATE pm_tx SET asset_id = " + Zeros + " WHERE position >= 2097152",
        "1 spends are of another asset than their transaction")]
    [InlineData("UPDATE pm_spend SET position = 2097153", "1 spends are by transactions that are not there")]
    [InlineData("UPDATE pm_output SET position = 2097159 WHERE amount = 2", "1 outputs are not where their transaction is")]
    [InlineData("UPDATE pm_output SET asset_id = " + Zeros + " WHERE amount = 2", "1 outputs are not where their transaction is")]
    public async Task The_audit_finds_a_forged_row(string sql, string fault)
    {
        await _chain.CommitBlockAsync(Spend("1"));
        Assert.Empty(await _chain.AuditAsync());
        await _chain.ForgeAsync(sql);
        Assert.Contains(await _chain.AuditAsync(), f => f.Contains(fault, StringComparison.Ordinal));
    }

    private Transaction Spend(string word) => TransactionBuilder.Transfer(
        _coin.Id, [Planetmint.Domain.Spend.Of(_coin, 0)], [s_alice], [new NewOutput(7, s_bob.Owner)],
        System.Text.Encoding.ASCII.GetBytes($$"""{"n":"{{word}}"}""")).OrThrow();
}
