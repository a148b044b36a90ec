/** `node paced-loop.ts <endpoint> <rows> <calls a second>`: the SDK and a timer, nothing else. */
import { bareClient, setOne } from './bare-loop.js';

const [endpoint = '', rows = '0', rate = '1'] = process.argv.slice(2);
const client = bareClient(endpoint);
const calls: Promise<void>[] = [];
await new Promise<void>((resolve) => {
  const timer = setInterval(
    () => {
      calls.push(setOne(client, calls.length + 1));
      if (calls.length < Number(rows)) return;
      clearInterval(timer);
      resolve();
    },
    1_000 / Number(rate),
  );
});
await Promise.all(calls);
client.destroy();
