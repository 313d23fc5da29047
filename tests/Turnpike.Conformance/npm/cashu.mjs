// The published wallet library against a running mint, as an application uses it.
// Arguments: which major version (3 or 4), the mint's address, the fee of an input in ppk, the address of the server that has the socket.
import assert from 'node:assert/strict';
import { createECDH, randomBytes } from 'node:crypto';
import WebSocket from 'ws';

const [, , version, mintUrl, ppk, socketUrl] = process.argv;
const {
    Wallet, P2PKBuilder, createHTLCHash, getEncodedToken, hasValidDleq, injectWebSocketImpl,
} = await import(`cashu-ts-${version}`);

// The library makes the socket's address of the mint's: here a balancer may send it to another server than the requests.
injectWebSocketImpl(class extends WebSocket {
    constructor(url) {
        super(url.replace(mintUrl.replace('http', 'ws'), socketUrl.replace('http', 'ws')));
    }
});
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

async function develop(what, body) {
    const answer = await fetch(`${mintUrl}/dev/cashu/${what}`, { method: 'POST', body: JSON.stringify(body) });
    assert.equal(answer.status, 200);
    return answer.json();
}
const pay = request => develop('pay', { request });
const invoice = async (amount, description) => (await develop('invoice', { amount, description })).request;

const get = async path => (await fetch(`${mintUrl}${path}`)).json();

// What the library's socket tells of quotes or proofs, from the states that they have on.
const followed = new Map();
async function follow(updates, subjects) {
    const told = [];
    let wake = () => { };
    await alice.on[updates](subjects, update => {
        told.push(update);
        wake();
    }, error => {
        console.error(error);
        process.exit(1);
    });
    const until = async count => {
        while (told.length < count) await new Promise(resolve => { wake = resolve; });
    };
    await until(subjects.length);
    return async states => {
        const expected = states.flatMap(state => subjects.map(() => state));
        followed.set(told, expected);
        await until(expected.length);
        return told;
    };
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

// A quote is told from state to state, wherever it is paid and minted.
const watched = await alice.createMintQuoteBolt11(40);
const tells = await follow('mintQuoteUpdates', [watched.quote]);
const [paid] = await Promise.all([bob.on.onceMintPaid(watched.quote), pay(watched.request)]);
assert.equal(paid.request, watched.request);
proofs.push(...await alice.mintProofsBolt11(40, watched.quote));
assert.deepEqual((await tells(['UNPAID', 'PAID', 'ISSUED']))[2], await get(`/v1/mint/quote/bolt11/${watched.quote}`));
said('subscription to a mint quote');

// An invoice of a node elsewhere, and change for what is left of all that Alice has.
const meltQuote = await alice.createMeltQuoteBolt11(await invoice(200, 'cider'));
const [melting, spending] = [await follow('meltQuoteUpdates', [meltQuote.quote]), await follow('proofStateUpdates', proofs)];
const [melted, known] = await Promise.all([alice.meltProofsBolt11(meltQuote, proofs), bob.on.onceMeltPaid(meltQuote.quote)]);
assert.equal(melted.quote.state, 'PAID');
assert.equal(melted.quote.payment_preimage, known.payment_preimage);
assert.equal(sum(melted.change), sum(proofs) - fee(proofs) - 200 - 1);
checked(melted.change);
assert.deepEqual((await melting(['UNPAID', 'PENDING', 'PAID']))[2], await get(`/v1/melt/quote/bolt11/${meltQuote.quote}`));
await spending(['UNSPENT', 'PENDING', 'SPENT']);
await refused(alice.meltProofsBolt11(meltQuote, proofs), 20006);
proofs = melted.change;
said('melt with change');

// An invoice of Bob's at the same mint: nobody is paid for it, and he mints what Alice melts.
const asked = await bob.createMintQuoteBolt11(50);
const inner = await alice.createMeltQuoteBolt11(asked.request);
assert.equal(Number(inner.fee_reserve), 0);
const exact = await alice.send(50, proofs, { includeFees: true });
const [settled, credited] = await Promise.all([alice.meltProofsBolt11(inner, exact.send), bob.on.onceMintPaid(asked.quote)]);
assert.equal(credited.state, 'PAID');
assert.equal(sum(settled.change), 0);
assert.equal(sum(await bob.mintProofsBolt11(50, asked.quote)), 50);
proofs = exact.keep;
said('melt between two wallets of this mint');

// A payment that fails gives back what it had taken.
const lost = await alice.send(20, proofs, { includeFees: true });
const failing = await alice.createMeltQuoteBolt11(await invoice(10, 'fake:fail'));
const [giving, trying] = [await follow('proofStateUpdates', lost.send), await follow('meltQuoteUpdates', [failing.quote])];
await refused(alice.meltProofsBolt11(failing, lost.send), 20004);
await giving(['UNSPENT', 'PENDING', 'UNSPENT']);
await trying(['UNPAID', 'PENDING', 'UNPAID']);
said('melt that fails');

// A wallet that does not wait hears of the end, and finds its change in the quote.
const slow = await alice.createMeltQuoteBolt11(await invoice(10, 'fake:pending=500'));
const preview = await alice.prepareMelt('bolt11', slow, lost.send);
assert.equal((await alice.completeMelt(preview, undefined, true)).quote.state, 'PENDING');
assert.equal((await alice.on.onceMeltPaid(slow.quote)).state, 'PAID');
const { change } = await alice.checkMeltQuoteBolt11(slow.quote);
const late = change.map((signature, i) => preview.outputData[i].toProof(signature, alice.getKeyset(signature.id)));
await giving(['UNSPENT', 'PENDING', 'UNSPENT', 'PENDING', 'SPENT']);
assert.equal(sum(late), sum(lost.send) - fee(lost.send) - 10 - 1);
await bob.receive({ mint: mintUrl, unit: 'sat', proofs: late });
said('melt that is not waited for');

// Whatever was still on its way is here when another subscription has begun: each state was told once, in order.
await follow('mintQuoteUpdates', [watched.quote]);
for (const [updates, expected] of followed) assert.deepEqual(updates.map(update => update.state), expected);
alice.mint.disconnectWebSocket();
bob.mint.disconnectWebSocket();
said('each change once');
