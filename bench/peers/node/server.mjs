// npm ws as a server under test: `node server.mjs fanout` and `node server.mjs relay`, driven by lines on standard input like the
// others. permessage-deflate is off, Nagle is off (ws does that), an event is encoded once and sent as a prepared Buffer.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { WebSocketServer } from 'ws';

const WINDOW = 64;                   // events that the publisher may be ahead of what it has handed over
const EVENT_LENGTH = 300, FRAME_LENGTH = 4 + EVENT_LENGTH;
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

// Handed over means: the kernel has it, and node holds nothing of it any more (`bufferedAmount`). Before a block is published no socket
// may hold more than the window has room for, so that none is ever more than 64 events behind. (The callback of `send` would tell the
// same, but asked for at every subscriber it takes a third of the rate and seven times the memory.)
let publishing = false, size = 0, published = 0, pumping = false;
let behind = [];                     // sockets that hold too much for the next block

function publishBlock() {
  const events = [];
  for (let i = 0; i < size; i++) events.push(makeEvent(published + i));
  published += size;
  const room = (WINDOW - size) * FRAME_LENGTH;
  for (const { socket, wire } of subscribers) {
    // A block is corked, so that it leaves in one writev a subscriber: what a program that has a block at hand does. Single events are
    // plain sends: merging those of several blocks would be a server's work beyond what ws offers.
    if (size > 1) wire.cork();
    for (const event of events) socket.send(event, text);
    if (size > 1) wire.uncork();
    if (socket.bufferedAmount > room) behind.push(socket);
  }
}

function pump() {
  pumping = false;
  const room = publishing ? (WINDOW - size) * FRAME_LENGTH : 0;
  behind = (publishing ? behind : subscribers.map(({ socket }) => socket)).filter(socket => socket.bufferedAmount > room);
  if (publishing && behind.length === 0) publishBlock();
  if (publishing || behind.length > 0) {
    pumpSoon();
  } else if (published > 0) {
    console.log(`published ${published}`);
    published = 0;
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
