// The published wallet library against a running mint, as an application uses it.
// Arguments: which major version (3 or 4), the mint's address, the fee of an input in ppk.
import assert from 'node:assert/strict';
import { createECDH, randomBytes } from 'node:crypto';

const [, , version, mintUrl, ppk] = process.argv;
const { Wallet, P2PKBuilder, createHTLCHash, getEncodedToken, hasValidDleq } = await import(`cashu-ts-${version}`);
const said = line => console.log(line);
const sum = proofs => proofs.reduce((total, proof) => total + Number(proof.amount), 0);
const fee = proofs => Math.ceil(proofs.length * Number(ppk) / 1000);
const hex = bytes => Buffer.from(bytes).toString('hex');

const open = async options => {
    const wallet = new Wallet(mintUrl, { unit: 'sat', ...options });
    await wallet.loadMint();
    return wallet;
};
const alice = await open();
const bob = await open();

async function pay(request) {
    const answer = await fetch(`${mintUrl}/dev/cashu/pay`, { method: 'POST', body: JSON.stringify({ request }) });
    assert.equal(answer.status, 200);
}

async function mint(wallet, amount, config, outputs) {
    const quote = await wallet.createMintQuoteBolt11(amount);
    assert.equal(quote.state, 'UNPAID');
    await pay(quote.request);
    assert.equal((await wallet.checkMintQuoteBolt11(quote.quote)).state, 'PAID');
    const proofs = await wallet.mintProofsBolt11(amount, quote.quote, config, outputs);
    assert.equal(sum(proofs), amount);
    assert.equal((await wallet.checkMintQuoteBolt11(quote.quote)).state, 'ISSUED');
    return proofs;
}

const checked = proofs => proofs.forEach(proof => assert.ok(hasValidDleq(proof, alice.keyChain.getKeyset(proof.id)), 'DLEQ'));
const refused = (doing, code) => assert.rejects(doing, error => {
    assert.equal(error.code, code, error.message);
    return true;
});

// The mint says who it is, and the wallet verifies the keysets' ids.
assert.equal(alice.keyChain.getCheapestKeyset().fee, Number(ppk));
said('keys');

// An unpaid quote gives nothing; a paid one gives ecash once.
const unpaid = await alice.createMintQuoteBolt11(8);
await refused(alice.mintProofsBolt11(8, unpaid.quote), 20001);
let proofs = await mint(alice, 1000);
checked(proofs);
said('mint');

// A token goes from Alice to Bob; Bob's wallet demands its DLEQ proofs.
const sent = await alice.send(300, proofs, { includeFees: true });
assert.equal(sum(sent.send) - fee(sent.send), 300);
checked(sent.send);
const token = getEncodedToken({ mint: mintUrl, unit: 'sat', proofs: sent.send });
const received = await bob.receive(token, { requireDleq: true });
assert.equal(sum(received), 300);
checked(received);
proofs = sent.keep;
said('send and receive');

// What is spent is spent, and the mint says so.
const states = await alice.checkProofsStates([...sent.send, ...received]);
assert.deepEqual(states.map(s => s.state), [...sent.send.map(() => 'SPENT'), ...received.map(() => 'UNSPENT')]);
await refused(bob.receive(token), 11001);
said('double spend refused');

// Locked to Bob's key: his signature opens it, another's does not.
const key = randomBytes(32);
const ecdh = createECDH('secp256k1');
ecdh.setPrivateKey(key);
const lock = ecdh.getPublicKey('hex', 'compressed');
const locked = await alice.send(64, proofs, { includeFees: true }, { send: { type: 'p2pk', options: { pubkey: lock } } });
const lockedToken = { mint: mintUrl, unit: 'sat', proofs: locked.send };
await refused(bob.receive(lockedToken), 10001);
await assert.rejects(bob.receive(lockedToken, { privkey: hex(randomBytes(32)) }));
assert.equal(sum(await bob.receive(lockedToken, { privkey: hex(key) })), 64);
assert.ok((await alice.checkProofsStates(locked.send)).every(s => s.state === 'SPENT' && s.witness.includes('signatures')));
proofs = locked.keep;
said('P2PK');

// The same where one signature is over the whole swap.
const all = new P2PKBuilder().addLockPubkey(lock).sigAll().toOptions();
const whole = await alice.send(32, proofs, { includeFees: true }, { send: { type: 'p2pk', options: all } });
assert.equal(sum(await bob.receive({ mint: mintUrl, unit: 'sat', proofs: whole.send }, { privkey: hex(key) })), 32);
proofs = whole.keep;
said('P2PK with SIG_ALL');

// Locked to a hash and Bob's key.
const { hash, preimage } = createHTLCHash();
const htlc = new P2PKBuilder().addHashlock(hash).addLockPubkey(lock).toOptions();
const hashed = await alice.send(16, proofs, { includeFees: true }, { send: { type: 'p2pk', options: htlc } });
const withWitness = secret => hashed.send.map(proof => ({ ...proof, witness: { preimage: secret, signatures: [] } }));
await assert.rejects(bob.receive({ mint: mintUrl, unit: 'sat', proofs: withWitness(hex(randomBytes(32))) }, { privkey: hex(key) }));
assert.equal(sum(await bob.receive({ mint: mintUrl, unit: 'sat', proofs: withWitness(preimage) }, { privkey: hex(key) })), 16);
proofs = hashed.keep;
said('HTLC');

// A quote locked to a key is minted with its signature only.
const quote = await alice.createLockedMintQuote(21, lock);
await pay(quote.request);
await refused(alice.mintProofsBolt11(21, quote.quote), 20008);
assert.equal(sum(await alice.mintProofsBolt11(21, quote, { privkey: hex(key) })), 21);
said('locked quote');

// A wallet that has lost all but its seed.
const seed = new Uint8Array(randomBytes(64));
const careful = await open({ bip39seed: seed });
const kept = await mint(careful, 77, {}, { type: 'deterministic', counter: 1 });
const [spent] = kept;
const restored = await (await open({ bip39seed: seed })).restore(0, 50);
assert.deepEqual(restored.proofs.map(p => p.secret).sort(), kept.map(p => p.secret).sort());
assert.equal(sum(restored.proofs), 77);
assert.equal((await careful.checkProofsStates([spent]))[0].state, 'UNSPENT');
assert.equal(sum(await careful.receive({ mint: mintUrl, unit: 'sat', proofs: restored.proofs })), 77 - fee(restored.proofs));
said('restore');
