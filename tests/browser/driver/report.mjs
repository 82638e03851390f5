// What a person reads of a run.

// True if every case passed.
export function reportCases(results) {
  for (const { name, failed } of results) {
    for (const one of failed) {
      console.log(`\n${name}: "${one.name}"`);
      for (const { text } of one.failures) console.log(`    ${text}`);
    }
  }
  console.log();
  for (const { name, version, count, failed, seconds } of results) {
    console.log(`${name.padEnd(9)} ${count} cases, ${count - failed.length} passed, ${seconds} s (${version})`);
  }
  return results.every(({ failed }) => failed.length === 0);
}

// True if every broken server was caught in every browser.
export function reportBrokenServers(faults, results) {
  const width = Math.max(...faults.map(({ name }) => name.length));
  const heads = results.map(({ name }) => name.padStart(10)).join('');
  console.log(`\n${'broken server'.padEnd(width)}${heads}  cases that catch it (20 are enough), such as`);
  const escaped = [];
  for (const { name, what } of faults) {
    const catchers = results.map(({ caught }) => caught.get(name));
    const counts = catchers.map(({ length }) => `${length}`.padStart(10)).join('');
    console.log(`${name.padEnd(width)}${counts}  ${catchers.flat()[0] ?? ''}`);
    if (catchers.some(({ length }) => length === 0)) escaped.push(`${name}: ${what}`);
  }
  for (const one of escaped) console.log(`not caught in each browser: ${one}`);
  console.log(`\n${faults.length - escaped.length} of ${faults.length} broken servers are caught in each browser`);
  return escaped.length === 0;
}

export function reportExchange(browser, name, { step, result, records }) {
  console.log(`\n${browser}: "${name}"\n  ${step.via} from ${step.page} (${step.from}) got ${JSON.stringify(result)}`);
  for (const { method, path, headers, status, answer, sentence } of records) {
    const cors = (all) => Object.entries(all).filter(([name]) => /^(access-control-|origin$|vary$|cookie$)/.test(name))
      .map(([name, value]) => `\n      ${name}: ${value}`).join('');
    console.log(`  ${method} ${path}${cors(headers)}\n    ${status}${cors(answer)}\n    corsac: ${sentence}`);
  }
}
