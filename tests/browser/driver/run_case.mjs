// Runs one case against one server (corsac, or a broken one), and says what was not as expected.

import { judge } from './judge.mjs';

let runs = 0;

// What was not as expected, and which broken servers would have answered otherwise. With `trace`, each
// exchange is told to it.
export async function runCase(session, server, variant, { steps }, trace) {
  // The name of the run is in every URL: nothing is shared with other runs, neither the HTTP cache nor
  // that of preflights; the cookies are named after it too.
  const run = `run-${runs += 1}`;
  const failures = [];
  const faults = new Set();
  for (const [at, step] of steps.entries()) {
    const spec = { url: firstUrl(step, variant, run), options: { method: 'GET', ...step.request }, body: step.body };
    const result = await session.send(step.page, step.from, step.via, spec);
    const records = await arrived(server, run, step, result);
    for (const fault of records.flatMap((record) => record.faults)) faults.add(fault);
    trace?.({ step, result, records });
    const prefix = steps.length > 1 ? `step ${at + 1}: ` : '';
    failures.push(...judge(step, run, result, records).map((failure) => ({ ...failure, text: prefix + failure.text })));
  }
  return { failures, faults };
}

// The URL that the script asks for: the last one of the redirects, wrapped into those before it.
function firstUrl({ api, policy, path, hops }, variant, run) {
  const targets = [{ origin: api, policy }, ...hops.map((hop) => readHop(hop))];
  const last = targets.at(-1);
  let url = `${last.origin}/${variant}/${last.policy}${path}?run=${run}`;
  for (let at = targets.length - 2; at >= 0; at -= 1) {
    const { origin, policy: own } = targets[at];
    url = `${origin}/${variant}/${own}/redirect/${targets[at + 1].status}?run=${run}&to=${encodeURIComponent(url)}`;
  }
  return url;
}

// "302 https://cdn.example.com/public": a status, and where the next request goes.
function readHop(hop) {
  const [, status, origin, policy] = hop.match(/^(\d{3}) (\w+:\/\/[^/]+)\/([\w-]+)$/);
  return { status, origin, policy };
}

// A beacon is on its way when the page is done, so here one has to wait for it.
async function arrived(server, run, step, result) {
  const records = await server.records(run);
  const expected = step.wire.split(', ').filter(Boolean).length;
  for (let tries = 0; result.got === 'sent' && records.length < expected && tries < 50; tries += 1) {
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    records.push(...await server.records(run));
  }
  return records;
}
