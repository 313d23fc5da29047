// The clients load without the packages' install scripts, and the driver can make and sign what it needs.
import driver from 'bigchaindb-driver';
import { EventSource } from 'eventsource';
import WebSocket from 'ws';

const keys = new driver.Ed25519Keypair();
const output = driver.Transaction.makeOutput(driver.Transaction.makeEd25519Condition(keys.publicKey));
const create = driver.Transaction.makeCreateTransaction({ hello: 'world' }, null, [output], keys.publicKey);
const signed = driver.Transaction.signTransaction(create, keys.privateKey);
console.log(JSON.stringify({ id: signed.id, ws: typeof WebSocket, eventsource: typeof EventSource }));
