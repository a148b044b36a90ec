import { text } from 'node:stream/consumers';
import { listen } from './listener.js';
import type { StandInOptions } from './options.js';
import { startStandIn } from './stand-in.js';

// Started by process.ts: options as one line of JSON on standard input, the two addresses as one on standard
// output. It ends when its standard input does, so it never outlives whoever started it.

const CONTROL = '/_control/';

async function main(options: StandInOptions): Promise<void> {
  const standIn = await startStandIn(options);
  const controls = new Map<string, unknown>(Object.entries(standIn));
  const control = await listen(async (request, response) => {
    try {
      const act = controls.get(request.url?.slice(CONTROL.length) ?? '');
      if (typeof act !== 'function') throw new Error(`No control at ${request.url}`);
      const result: unknown = await act(...JSON.parse(await text(request)));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ result }));
    } catch (error) {
      response
        .writeHead(500, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: String(error) }));
    }
  }, 0);
  process.stdout.write(`${JSON.stringify({ url: standIn.url, controlUrl: control.url })}\n`);
}

let received = '';
let started = false;
process.stdin.setEncoding('utf8');
process.stdin.on('end', () => process.exit(0));
process.stdin.on('data', (chunk: string) => {
  received += chunk;
  if (started || !received.endsWith('\n')) return;
  started = true;
  main(JSON.parse(received)).catch((error) => {
    console.error(error);
    process.exit(1);
  });
});
