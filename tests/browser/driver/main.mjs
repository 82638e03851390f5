// node main.mjs SERVER [BROWSER...] [-- FILTER]: all cases, then the broken servers.
//
// With a filter, only the cases whose names contain it, each exchange printed, and corsac alone.

import { NAMES } from './browsers.mjs';
import { reportBrokenServers, reportCases } from './report.mjs';
import { runBrowser } from './run_browser.mjs';
import { startServer } from './server.mjs';

const { program, browsers, filter } = readArguments(process.argv.slice(2));
const server = await startServer(program);
try {
  const faults = await server.faults();
  const results = await Promise.all(browsers.map((name) => runBrowser(name, server, faults, filter)));
  const isWell = reportCases(results);
  const areCaught = filter || reportBrokenServers(faults, results);
  process.exitCode = isWell && areCaught ? 0 : 1;
} finally {
  server.stop();
}

function readArguments([path, ...rest]) {
  const end = rest.indexOf('--');
  const names = end === -1 ? rest : rest.slice(0, end);
  const unknown = names.find((name) => !NAMES.includes(name));
  if (unknown) throw new Error(`no browser is named "${unknown}": ${NAMES.join(', ')}`);
  return {
    program: path,
    browsers: names.length > 0 ? names : NAMES,
    filter: end === -1 ? undefined : rest.slice(end + 1).join(' '),
  };
}
