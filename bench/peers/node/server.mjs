// npm ws as a server under test: `node server.mjs fanout` and `node server.mjs relay`, driven by lines on standard input like the
// others. permessage-deflate is off, Nagle is off (ws does that), an event is encoded once and sent as a prepared Buffer.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { WebSocketServer } from 'ws';

const WINDOW = 64;                   // events that the publisher may be ahead of what it has handed over
const GATHERED = 16;                 // blocks that leave together, where the window takes several
const EVENT_LENGTH = 300;
const text = { binary: false, compress: false };

const subscribers = [];              // { socket: WebSocket, wire: net.Socket }
const waiting = new Map();           // a pair's path -> the socket that came first
const relay = process.argv[2] === 'relay';

const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const server = createServer();
server.on('upgrade', (request, wire, head) => sockets.handleUpgrade(request, wire, head, socket => {
  if (relay) pair(request.url, socket);
  else subscribers.push({ socket, wire });
}));
server.listen(0, '127.0.0.1', () => console.log(`ready ${server.address().port}`));

function pair(path, socket) {
  const partner = waiting.get(path);
  if (!partner) {
    waiting.set(path, socket);
    return;
  }
  waiting.delete(path);
  socket.on('message', message => partner.send(message, text));
  partner.on('message', message => socket.send(message, text));
}

function makeEvent(sequence) {
  const before = `{"seq":"${String(sequence).padStart(10, '0')}","data":"`;
  return Buffer.from(before + 'a'.repeat(EVENT_LENGTH - before.length - 2) + '"}');
}

// Handed over means: the send callback of a block's last event at the last subscriber has been called.
let publishing = false, size = 0, published = 0, handedOver = 0, pumping = false;

function publishBlock(corked, gathers) {
  const events = [];
  for (let i = 0; i < size; i++) events.push(makeEvent(published + i));
  published += size;
  const upTo = published;
  const last = subscribers.length - 1;
  for (let i = 0; i <= last; i++) {
    const { socket, wire } = subscribers[i];
    // Corked, what is published leaves in one writev a subscriber: what ws can do at its best.
    if (!corked) wire.cork();
    for (let j = 0; j < size - 1; j++) socket.send(events[j], text);
    if (i < last) socket.send(events[size - 1], text);
    else socket.send(events[size - 1], text, () => { handedOver = upTo; pumpSoon(); });
    if (!gathers) wire.uncork();
  }
}

// While the window takes more than one block, a few are published before they leave together: 1.0 million deliveries a second at
// 1,000 subscribers and single events, instead of 0.2 with a writev for each. More than 16 won nothing and took more memory.
function pump() {
  pumping = false;
  const gathers = size * 2 <= WINDOW;
  let blocks = 0;
  while (publishing && published + size - handedOver <= WINDOW && blocks < GATHERED) publishBlock(gathers && blocks++ > 0, gathers);
  if (gathers && blocks > 0) for (const { wire } of subscribers) wire.uncork();
  if (!publishing && published > 0 && published === handedOver) {
    console.log(`published ${published}`);
    published = handedOver = 0;
  }
}

// One at a time, so that sockets and standard input have their turn between two.
function pumpSoon() {
  if (!pumping) setImmediate(pump);
  pumping = true;
}

createInterface({ input: process.stdin })
  .on('line', line => {
    const [command, argument] = line.split(' ');
    publishing = command === 'start';
    if (publishing) size = Number(argument);
    pumpSoon();
  })
  .on('close', () => process.exit(0));
