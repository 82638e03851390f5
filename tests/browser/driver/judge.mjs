// Compares what a case expects with what the script got, what the server saw, and what corsac said.

// Failures as `{ by, text }`: by the browser, by the library, or by neither if there was no answer.
export function judge(step, run, result, records) {
  if (result.got === 'no answer') return [{ by: 'neither', text: 'the script waits in vain' }];
  const failures = [];
  const expect = (by, what, expected, actual) => {
    if (expected !== actual) failures.push({ by, text: `${what}: expected ${show(expected)}, was ${show(actual)}` });
  };
  const browser = (...args) => expect('browser', ...args);

  browser('gets', step.gets, result.got);
  browser('wire', step.wire, records.map(({ preflight, method }) => (preflight ? 'preflight' : method)).join(', '));
  const headers = (verb, wanted, actual) => {
    for (const [name, value] of Object.entries(wanted ?? {})) {
      const seen = actual?.[name] ?? null;
      // `true` is any value.
      browser(`${verb} ${name}`, value, value === true ? seen !== null : seen);
    }
  };
  headers('sees', step.sees, result.headers);
  headers('sends', step.sends, records.at(-1)?.headers);
  if (step.reads !== undefined) browser('reads', step.reads, result.text);
  if (step.redirected !== undefined) browser('redirected', step.redirected, result.redirected);
  if (step.statuses !== undefined) browser('statuses', step.statuses, records.map(({ status }) => status).join(', '));
  if (step.origins !== undefined) {
    browser('origins', step.origins, records.map(({ headers }) => headers.origin ?? 'none').join(', '));
  }
  if (step.cookies !== undefined) {
    // HTTP/2 may send each cookie in a line of its own.
    const has = ({ headers }) => headers.cookie?.split(/[;,] /).includes(`${run}=1`);
    browser('cookies', step.cookies, records.map((record) => (has(record) ? 'yes' : 'no')).join(', '));
  }
  if (step.asks !== undefined) browser('asks', step.asks, asked(records));

  const rule = records.at(-1)?.rule ?? 'nothing';
  expect('library', 'says', step.says, rule);
  const sentence = records.at(-1)?.sentence ?? '';
  if (step.reason !== undefined && !sentence.includes(step.reason)) {
    failures.push({ by: 'library', text: `reason: expected ${show(step.reason)} in ${show(sentence)}` });
  }
  const disagreement = disagree(result.got, records);
  if (disagreement && !step.but) failures.push({ by: 'library', text: disagreement });
  if (!disagreement && step.but) failures.push({ by: 'library', text: 'they agree: "but" says that they do not' });
  return failures;
}

// What the first preflight asked for: the method, then the headers.
function asked(records) {
  const headers = records.find(({ preflight }) => preflight)?.headers ?? {};
  return [headers['access-control-request-method'], headers['access-control-request-headers']]
    .filter((part) => part !== undefined).join(' ');
}

// Browsers and library have to agree on what was allowed, wherever CORS was asked.
function disagree(got, records) {
  const isGranted = ({ rule }) => rule === 'allowed' || rule === 'not-cors';
  const isReadable = typeof got === 'number' || got === 'readable';
  if (isReadable) {
    const refused = records.find((record) => !isGranted(record));
    return refused && `the browser let the page read, corsac refused: ${refused.sentence || refused.rule}`;
  }
  if (got === 'blocked' && (records.length === 0 || isGranted(records.at(-1)))) {
    return `the browser blocked it, corsac allowed: ${records.at(-1)?.sentence ?? 'nothing was asked'}`;
  }
  return undefined;
}

function show(value) {
  return typeof value === 'string' ? `"${value}"` : String(value);
}
