// Runs everything in one browser.

import { fileURLToPath } from 'node:url';
import { openSession } from './browser_session.mjs';
import { loadCases } from './cases.mjs';
import { reportExchange } from './report.mjs';
import { runCase } from './run_case.mjs';

const CASES = fileURLToPath(new URL('../cases', import.meta.url));
// Firefox remembers a hundred preflights: many more at once, and what one step of a case leaves behind
// is gone before the next.
const AT_ONCE = 32;
// So many cases that catch a broken server are enough.
const ENOUGH = 20;

export async function runBrowser(name, server, faults, filter) {
  const started = Date.now();
  const cases = loadCases(CASES, name).filter((one) => !filter || one.name.includes(filter));
  if (cases.length === 0) throw new Error(`no case has "${filter}" in its name`);
  const session = await openSession(name, server);
  try {
    const results = await each(cases, async (one) => {
      const trace = filter && ((exchange) => reportExchange(name, one.name, exchange));
      return { name: one.name, one, ...await runCase(session, server, 'corsac', one, trace) };
    });
    const caught = filter ? new Map() : await runFaults(session, server, results, faults);
    const failed = results.filter(({ failures }) => failures.length > 0);
    const seconds = Math.round((Date.now() - started) / 1000);
    return { name, version: session.version, count: cases.length, failed, caught, seconds };
  } finally {
    await session.close();
  }
}

// For each broken server the names of the cases that a browser judged otherwise, the most telling first.
async function runFaults(session, server, results, faults) {
  // What corsac does not pass either says nothing of a broken server, nor does a case which it would
  // answer as corsac did.
  const pairs = faults.flatMap(({ name }) => results
    .filter((result) => result.failures.length === 0 && result.faults.has(name))
    .map((result) => ({ fault: name, result })));
  const caught = new Map(faults.map(({ name }) => [name, []]));
  await each(pairs, async ({ fault, result }) => {
    if (caught.get(fault).length >= ENOUGH) return;
    const { failures } = await runCase(session, server, fault, result.one);
    if (failures.some(({ by }) => by === 'browser')) caught.get(fault).push(result);
  });
  for (const [fault, catchers] of caught) {
    const telling = catchers.slice(0, ENOUGH).sort((a, b) => a.faults.size - b.faults.size);
    caught.set(fault, telling.map(({ name }) => name));
  }
  return caught;
}

// A few at a time, results in order.
async function each(items, task) {
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const at = next;
      next += 1;
      results[at] = await task(items[at]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
