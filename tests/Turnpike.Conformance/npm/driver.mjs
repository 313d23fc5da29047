// The published driver against a running node, as an application uses it. Argument: the API's root, …/api/v1/
// With a second root, of another node on the same store: what is posted to the first is read from the second.
import assert from 'node:assert/strict';
import driver from 'bigchaindb-driver';

const { Connection, Ed25519Keypair, Transaction } = driver;
const root = process.argv[2];
const [poster, reader] = [new Connection(root), new Connection(process.argv[3] ?? root)];
const connection = new Proxy(poster, {
    get: (_, name) => (...args) => (name.startsWith('post') ? poster : reader)[name](...args),
});
const [alice, bob, carol] = [new Ed25519Keypair(), new Ed25519Keypair(), new Ed25519Keypair()];
const to = (key, amount) => Transaction.makeOutput(Transaction.makeEd25519Condition(key.publicKey), amount);
const create = (data, outputs, metadata = null, issuer = alice) =>
    Transaction.signTransaction(Transaction.makeCreateTransaction(data, metadata, outputs, issuer.publicKey), issuer.privateKey);
const transfer = (inputs, outputs, metadata, ...keys) =>
    Transaction.signTransaction(Transaction.makeTransferTransaction(inputs, outputs, metadata), ...keys);
const word = () => `x${Math.random().toString(36).slice(2)}${Date.now().toString(36)}`;
const said = line => console.log(line);

// Driver 4.3.0 throws without the body: what the node said is read with fetch.
async function refused(transaction, message) {
    await assert.rejects(connection.postTransactionCommit(transaction), { status: '400 Bad Request' });
    const answer = await fetch(`${root}transactions?mode=commit`, { method: 'POST', body: JSON.stringify(transaction) });
    assert.equal(answer.status, 400);
    assert.deepEqual(await answer.json(), { message, status: 400 });
}

// Each mode answers with the transaction, and it is there at once.
for (const mode of ['postTransaction', 'postTransactionAsync', 'postTransactionSync', 'postTransactionCommit']) {
    const made = create({ mode, word: word() }, [to(alice)]);
    assert.deepEqual(await connection[mode](made), made);
    assert.deepEqual(await connection.getTransaction(made.id), made);
    said(mode);
}

// Divisible: 10 to alice; 4 to bob and 6 back; both spent together.
const tokens = create({ token: word() }, [to(alice, '10')]);
await connection.postTransactionCommit(tokens);
const split = transfer([{ tx: tokens, output_index: 0 }], [to(bob, '4'), to(alice, '6')], { part: 'split' }, alice.privateKey);
await connection.postTransactionCommit(split);
const merged = transfer([{ tx: split, output_index: 0 }, { tx: split, output_index: 1 }], [to(carol, '10')], { part: 'merge' },
    bob.privateKey, alice.privateKey);
await connection.postTransactionCommit(merged);
said('divisible');

// Lists.
const output = (transaction, output_index) => ({ transaction_id: transaction.id, output_index });
assert.deepEqual(await connection.listOutputs(bob.publicKey), [output(split, 0)]);
assert.deepEqual(await connection.listOutputs(bob.publicKey, true), [output(split, 0)]);
assert.deepEqual(await connection.listOutputs(bob.publicKey, false), []);
assert.deepEqual(await connection.listOutputs(carol.publicKey, false), [output(merged, 0)]);
assert.deepEqual(await connection.listOutputs(carol.publicKey, true), []);
assert.deepEqual(await connection.listOutputs(new Ed25519Keypair().publicKey), []);
const ids = list => list.map(t => t.id);
assert.deepEqual(ids(await connection.listTransactions(tokens.id)), [tokens.id, split.id, merged.id]);
assert.deepEqual(ids(await connection.listTransactions(tokens.id, 'CREATE')), [tokens.id]);
assert.deepEqual(ids(await connection.listTransactions(tokens.id, 'TRANSFER')), [split.id, merged.id]);
const [height] = await connection.listBlocks(split.id);
assert.deepEqual(await connection.getBlock(height), { height, transactions: [split] });
assert.deepEqual(await connection.listBlocks('0'.repeat(64)), []);
await assert.rejects(connection.getTransaction('0'.repeat(64)), { status: '404 Not Found' });
await assert.rejects(connection.getBlock(1e9), { status: '404 Not Found' });
said('lists');

// Two of three.
const vault = Transaction.makeThresholdCondition(2, [alice, bob, carol].map(k => Transaction.makeEd25519Condition(k.publicKey, false)));
const kept = create({ vault: word() }, [Transaction.makeOutput(vault)]);
await connection.postTransactionCommit(kept);
for (const key of [alice, bob, carol]) {
    assert.ok((await connection.listOutputs(key.publicKey, false)).some(o => o.transaction_id === kept.id));
}
const { default: cc } = await import('crypto-conditions');
const { default: sha3 } = await import('js-sha3');
const { default: bs58 } = await import('bs58');
const canonical = value => JSON.stringify(value, (_, v) => v && typeof v === 'object' && !Array.isArray(v)
    ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v);
function openedBy(signers) {
    const opened = Transaction.makeTransferTransaction([{ tx: kept, output_index: 0 }], [to(carol)], { opened: signers.length });
    opened.inputs[0].owners_before = kept.outputs[0].public_keys;
    opened.inputs[0].fulfillment = null;
    opened.id = null;
    const message = Buffer.from(sha3.sha3_256.hex(canonical(opened) + kept.id + '0'), 'hex');
    const threshold = new cc.ThresholdSha256();
    threshold.setThreshold(2);
    for (const key of [alice, bob, carol]) {
        const one = new cc.Ed25519Sha256();
        one.setPublicKey(Buffer.from(bs58.decode(key.publicKey)));
        if (!signers.includes(key)) {
            threshold.addSubcondition(one.getCondition());
            continue;
        }
        one.sign(message, Buffer.from(bs58.decode(key.privateKey)));
        threshold.addSubfulfillment(one);
    }
    opened.inputs[0].fulfillment = threshold.serializeBinary().toString('base64url');
    opened.id = sha3.sha3_256.hex(canonical(opened));
    return opened;
}
await connection.postTransactionCommit(openedBy([bob, carol]));
said('threshold');

// Search.
const animal = word();
const found = create({ animal, deep: [{ name: 'running gazelle' }] }, [to(alice)], { mood: `${animal}meta` });
await connection.postTransactionCommit(found);
assert.deepEqual(await connection.searchAssets(animal), [{ data: found.asset.data, id: found.id }]);
assert.deepEqual(await connection.searchMetadata(`${animal}meta`), [{ metadata: found.metadata, id: found.id }]);
assert.deepEqual(await connection.searchAssets(word()), []);
said('search');

// Numbers as JavaScript writes them, which the Python node refuses.
const numbers = create({ word: word(), tiny: 1e-7, small: 0.00001, large: 1e21, third: 1 / 3 }, [to(alice)], { half: 0.5 });
assert.deepEqual(await connection.postTransactionCommit(numbers), numbers);
assert.deepEqual(await connection.getTransaction(numbers.id), numbers);
said('floats');

// Refused.
await refused(tokens, `Invalid transaction (DuplicateTransaction): transaction \`${tokens.id}\` already exists`);
await refused(split, `Invalid transaction (DuplicateTransaction): transaction \`${split.id}\` already exists`);
await refused(transfer([{ tx: tokens, output_index: 0 }], [to(carol, '10')], { again: true }, alice.privateKey),
    `Invalid transaction (DoubleSpend): input \`${tokens.id}\` was already spent`);
await refused(transfer([{ tx: merged, output_index: 0 }], [to(bob, '11')], null, carol.privateKey),
    'Invalid transaction (AmountError): The amount used in the inputs `10` needs to be same as the amount used in the outputs `11`');
await refused(transfer([{ tx: merged, output_index: 0 }], [to(bob, '10')], null, bob.privateKey),
    'Invalid transaction (InvalidSignature): Transaction signature is invalid.');
said('refusals');
