// What a mint does of the curve for one request, by cashu-ts's own functions for mints, on all cores: `node cashu.mjs INPUTS OUTPUTS SECONDS`
// prints `rates SWAPS MINTS`, both a second; a swap verifies the inputs and signs the outputs (with DLEQ), a mint only signs.
import { availableParallelism } from 'node:os';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { createBlindSignature, createDLEQProof, hashToCurve, pointFromHex, verifyUnblindedSignature } from '@cashu/cashu-ts';

if (isMainThread) {
  const [inputs, outputs, seconds] = process.argv.slice(2).map(Number);
  const rate = async work => {
    const counts = await Promise.all(Array.from({ length: availableParallelism() }, () => new Promise((resolve, reject) => {
      new Worker(new URL(import.meta.url), { workerData: work }).on('message', resolve).on('error', reject);
    })));
    return counts.reduce((a, b) => a + b) / seconds;
  };
  console.log(`rates ${await rate({ inputs, outputs, seconds })} ${await rate({ inputs: 0, outputs, seconds })}`);
} else {
  const { inputs, outputs, seconds } = workerData;
  const key = new Uint8Array(32).fill(7), scalar = BigInt(`0x${'07'.repeat(32)}`), id = '00ad268c4d1f5826';
  const secrets = Array.from({ length: 64 }, (_, i) => new TextEncoder().encode(String(i).padStart(64, '0')));
  const blinded = secrets.map(secret => hashToCurve(secret).toHex(true));
  const signed = secrets.map(secret => hashToCurve(secret).multiply(scalar).toHex(true));
  let next = 0;
  const once = () => {
    for (let i = 0; i < inputs; i++, next = (next + 1) % 64) {
      if (!verifyUnblindedSignature({ secret: secrets[next], C: pointFromHex(signed[next]), id }, key)) throw new Error('refused');
    }
    for (let i = 0; i < outputs; i++, next = (next + 1) % 64) {
      const point = pointFromHex(blinded[next]);
      createBlindSignature(point, key, id);
      createDLEQProof(point, key);
    }
  };
  const until = (time, count = 0) => {
    for (const end = performance.now() + 1000 * time; performance.now() < end; count++) once();
    return count;
  };
  until(seconds / 3);                  // node compiles what is hot
  parentPort.postMessage(until(seconds));
}
