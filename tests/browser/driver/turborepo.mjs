// node turborepo.mjs REPOSITORY: copies the Turborepo example, as its README says, starts it with `npm run dev`,
// and drives it in Chromium.
//
// Fails if a call has another result than it must have, or if Ctrl-C leaves a process or a taken port.

import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { launch } from './browsers.mjs';

// A machine that does other work at the same time needs more than a minute for Next.js's first page.
const PATIENCE_MS = 240_000;

const [repository] = process.argv.slice(2).map((it) => resolve(it));
if (!repository) throw new Error('name the folder of the repository');

const problems = [];
const workspace = mkdtempSync(join(tmpdir(), 'turborepo-'));
const [web, api, other] = await freePorts(3);
const origin = `http://localhost:${web}`;
const otherOrigin = `http://localhost:${other}`;
const proxies = [];
let dev;
const browser = await launch('chromium');
try {
  copy();
  await start({});
  await callFromTheFrontEnd();
  await callFromAnotherPort();
  await editThePolicy();
  await editTheApi();
  await interrupt();
  await start({ CORS_OWNER: 'edge' });
  await callWithoutCors();
  await interrupt();
} finally {
  await browser.close();
  for (const proxy of proxies) proxy.close();
  for (const pid of processes()) signal(pid, 'SIGKILL');
  rmSync(workspace, { recursive: true, force: true });
}
for (const problem of problems) console.error(`turborepo: ${problem}`);
if (problems.length === 0) console.log('turborepo: starts, calls, is refused, restarts and ends, well');
process.exitCode = problems.length > 0 ? 1 : 0;

// Without what `npm install` and `next dev` wrote in the original.
function copy() {
  const made = ['node_modules', 'package-lock.json', '.next', '.turbo'];
  const filter = (path) => !made.some((name) => path.endsWith(`/${name}`));
  cpSync(join(repository, 'examples/turborepo'), workspace, { recursive: true, filter });
  change('apps/api/Cargo.toml', 'path = "../../../.."', `path = "${repository}"`);
  cpSync(join(repository, 'Cargo.lock'), join(workspace, 'apps/api/Cargo.lock'));
  for (const command of ['git init --quiet', 'npm install --ignore-scripts --loglevel error']) {
    const [program, ...args] = command.split(' ');
    const { status } = spawnSync(program, args, { cwd: workspace, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error(`\`${command}\` ended with ${status}`);
  }
}

function change(file, before, after) {
  const path = join(workspace, file);
  const text = readFileSync(path, 'utf8');
  if (!text.includes(before)) throw new Error(`${file} has no ${before}`);
  writeFileSync(path, text.replace(before, after));
}

async function start(variables) {
  const env = {
    ...process.env,
    PORT: web,
    API_PORT: api,
    WEB_ORIGIN: origin,
    NEXT_PUBLIC_API_URL: `http://localhost:${api}`,
    // The target directory and the profile of the repository, so that cargo builds less.
    CARGO_TARGET_DIR: process.env.CARGO_TARGET_DIR ?? join(repository, 'target'),
    CARGO_PROFILE_DEV_DEBUG: 'line-tables-only',
    NEXT_TELEMETRY_DISABLED: '1',
    TURBO_TELEMETRY_DISABLED: '1',
    ...variables,
  };
  const options = { cwd: workspace, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] };
  const child = spawn('npm', ['run', 'dev'], options);
  dev = { pid: child.pid, log: '', hasEnded: false };
  child.on('exit', () => { dev.hasEnded = true; });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { dev.log += text; });
  await until('the API starts', () => dev.log.includes(`listening on http://localhost:${api}`));
  await until('the page is there', () => fetch(origin).then(({ ok }) => ok, () => false));
}

async function callFromTheFrontEnd() {
  const page = await open(origin);
  expect('the first call', 'Visit 1, client web.', await call(page));
  expect('the second call, with the cookie', 'Visit 2, client web.', await call(page));
  await page.close();
}

// The same page, from a server that passes every byte on to that of Next.js.
async function callFromAnotherPort() {
  await passOn(other, web);
  const page = await open(otherOrigin);
  const diagnosis = diagnosisOf(page);
  expectNoAnswer('another port', await call(page));
  const reason = `origin "${otherOrigin}" is not allowed; the closest allowed origin is "${origin}" (different port)`;
  const header = await diagnosis;
  if (!header.startsWith(reason)) problems.push(`the header for the network tab is "${header}"`);
  await until('the terminal has the reason', () => plain(dev.log).includes(reason));
  await page.close();
}

async function editThePolicy() {
  change('corsac.toml', 'allow_origins = [', `allow_origins = ["${otherOrigin}", `);
  await answers(otherOrigin, 'Visit ', 'an edit of corsac.toml allows the other port');
}

async function editTheApi() {
  change('apps/api/src/main.rs', 'saturating_add(1)', 'saturating_add(1000)');
  await answers(origin, 'Visit 100', 'an edit of main.rs restarts the API');
}

// Both servers may be restarting.
async function answers(url, start, what) {
  await until(what, async () => {
    const page = await open(url).catch(() => null);
    const result = page && await call(page).catch(() => null);
    await page?.close();
    return result?.startsWith(start);
  });
}

// Of the first response that the page must not read: `Network` sees it all the same.
async function diagnosisOf(page) {
  const session = await page.createCDPSession();
  await session.send('Network.enable');
  return new Promise((done) => {
    session.on('Network.responseReceivedExtraInfo', ({ headers }) => {
      if (headers['cors-diagnosis']) done(headers['cors-diagnosis']);
    });
    setTimeout(done, 20_000, 'none').unref();
  });
}

async function callWithoutCors() {
  const page = await open(origin);
  expectNoAnswer('CORS_OWNER=edge', await call(page));
  await page.close();
}

// As Ctrl-C in a terminal does: the signal goes to the whole group of `npm run dev`.
async function interrupt() {
  signal(-dev.pid, 'SIGINT');
  await until('Ctrl-C ends it', () => dev.hasEnded && processes().length === 0, 30_000);
  for (const port of [web, api]) {
    await listen(port).then((server) => server.close(), () => problems.push(`port ${port} is still taken`));
  }
}

async function open(url) {
  const page = await browser.newPage();
  await page.goto(url);
  // The button works only after React has taken over the page, of which nothing is visible.
  await page.waitForFunction(() => {
    const button = document.querySelector('button');
    return button && Object.keys(button).some((key) => key.startsWith('__reactProps'));
  }, { timeout: PATIENCE_MS });
  return page;
}

async function call(page) {
  await page.click('button');
  await page.waitForFunction(() => document.querySelector('[role=status]').textContent !== 'Calling...');
  return page.$eval('[role=status]', (it) => it.textContent);
}

async function until(what, isDone, patience = PATIENCE_MS) {
  const end = Date.now() + patience;
  while (!(await isDone())) {
    if (Date.now() > end) throw new Error(`not in ${patience / 1000} s: ${what}. The terminal has\n${plain(dev.log)}`);
    await new Promise((done) => { setTimeout(done, 250); });
  }
}

// Of the session of `npm run dev`, to which all belong that it starts.
function processes() {
  if (!dev || !existsSync('/proc')) return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const [, state, , , session] = readFileSync(`/proc/${pid}/stat`, 'utf8').match(/\) (\S) (\d+) (\d+) (\d+)/);
      return Number(session) === dev.pid && state !== 'Z' ? [Number(pid)] : [];
    } catch {
      return []; // It has ended.
    }
  });
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}

async function passOn(from, to) {
  const server = createServer((client) => {
    const upstream = connect(to, 'localhost');
    client.pipe(upstream).on('error', () => client.destroy());
    upstream.pipe(client).on('error', () => upstream.destroy());
  });
  proxies.push(server);
  await new Promise((done) => { server.listen(from, '127.0.0.1', done); });
}

async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map((server) => server.address().port);
  for (const server of servers) server.close();
  return ports;
}

function listen(port) {
  const server = createServer();
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(port, 'localhost', () => done(server));
  });
}

// Without the colors of the terminal.
function plain(text) {
  return text.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '');
}

function expectNoAnswer(what, got) {
  if (!got.startsWith('Failed to fetch')) problems.push(`${what}: the page shows "${got}"`);
}

function expect(what, wanted, got) {
  if (wanted !== got) problems.push(`${what}: expected "${wanted}", got "${got}"`);
}
