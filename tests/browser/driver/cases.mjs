// Reads the cases, and refuses those that could not fail, or not for what they say.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NAMES as BROWSERS } from './browsers.mjs';

const DEFAULTS = {
  page: 'https://app.example.com',
  from: 'page',
  via: 'fetch',
  api: 'https://api.example.com',
  path: '/ok',
  request: {},
  hops: [],
};
const REQUIRED = ['policy', 'gets', 'wire', 'says'];
const OPTIONAL = [
  'body', 'sees', 'reads', 'asks', 'sends', 'origins', 'statuses', 'cookies', 'redirected', 'reason', 'but',
];
const STEP_KEYS = new Set([...Object.keys(DEFAULTS), ...REQUIRED, ...OPTIONAL]);
const REQUEST_KEYS = new Set([
  'method', 'headers', 'credentials', 'mode', 'redirect', 'cache', 'referrerPolicy', 'duplex',
]);

// Cases as `{ name, steps }`, as `browser` is to see them.
export function loadCases(folder, browser) {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json')).sort();
  const cases = files.flatMap((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')).map((data) => {
    try {
      return readCase(data, browser);
    } catch (error) {
      throw new Error(`${file}: "${data.name}": ${error.message}`);
    }
  }));
  const names = new Set();
  for (const { name } of cases) {
    if (names.has(name)) throw new Error(`two cases are named "${name}"`);
    names.add(name);
  }
  return cases;
}

// A case of one step is written without `steps`; what stands beside `steps` holds for all of them.
function readCase({ name, steps = [{}], ...common }, browser) {
  if (typeof name !== 'string') throw new Error('a case needs a name');
  return { name, steps: steps.map((step) => readStep({ ...common, ...step }, browser)) };
}

function readStep(data, browser) {
  const step = { ...DEFAULTS, ...data };
  for (const other of BROWSERS) {
    const difference = step[other];
    delete step[other];
    if (difference === undefined) continue;
    const { because, ...changes } = difference;
    if (!because) throw new Error(`a difference of ${other} needs "because"`);
    if (other === browser) Object.assign(step, changes);
  }
  const unknown = [
    ...Object.keys(step).filter((key) => !STEP_KEYS.has(key)),
    ...Object.keys(step.request).filter((key) => !REQUEST_KEYS.has(key)),
  ];
  if (unknown.length > 0) throw new Error(`unknown: ${unknown}`);
  const missing = REQUIRED.filter((key) => step[key] === undefined);
  if (missing.length > 0) throw new Error(`missing: ${missing}`);
  return step;
}
