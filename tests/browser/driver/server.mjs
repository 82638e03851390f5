// The server under test: started here, stopped with this process, asked for what arrived.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { batched } from './batched.mjs';

export async function startServer(program) {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await Promise.race([
    createInterface({ input: child.stdout })[Symbol.asyncIterator]().next().then(({ value }) => [value]),
    new Promise((_, reject) => { child.once('error', reject); }),
  ]);
  if (!line) throw new Error(`${program} ended before it said where it listens`);
  const { port, certificate } = JSON.parse(line);
  const control = (path, body) => fetch(`http://127.0.0.1:${port}/control/${path}`, {
    ...(body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  }).then((response) => response.json());
  return {
    port,
    certificate,
    // The broken servers, as `{ name, what }`.
    faults: () => control('faults'),
    // What arrived of a run since the last time.
    records: batched((runs) => control('records', runs)),
    stop: () => child.stdin.end(),
  };
}
