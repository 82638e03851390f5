// node playground.mjs PROGRAM FOLDER: drives the playground in Chromium, as a newcomer would, and leaves
// screenshots in FOLDER.
//
// Fails where a verdict is not what it has to be, where a script throws, or something cannot be loaded.

import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { launch } from './browsers.mjs';

// What the page gets at first; after its fix every step is allowed.
const TOUR = {
  'trailing-slash': 'blocked',
  'star-with-cookies': 'blocked',
  'missing-header': 'blocked',
  'not-exposed': 'partial',
  'http-for-https': 'blocked',
  'wrong-port': 'blocked',
  'layer-order': 'blocked',
  'plain-options': 'blocked',
  'redirected-preflight': 'blocked',
  'null-origin': 'blocked',
};

const VIEWS = [
  { name: 'laptop', width: 1280, height: 800, scheme: 'light' },
  { name: 'laptop-dark', width: 1280, height: 800, scheme: 'dark' },
  { name: 'phone', width: 390, height: 844, scheme: 'light' },
];

const [program, folder] = process.argv.slice(2);
if (!folder) throw new Error('say which program to start, and where to put the screenshots');
mkdirSync(folder, { recursive: true });

const problems = [];
// The last ones in the console of a page.
const messages = [];
const child = spawn(program, { env: { ...process.env, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
const browser = await launch('chromium');
try {
  const url = await address(child);
  await tryOut(url);
  await hints(url);
  await show(url);
  await tour(url);
  for (const view of VIEWS) await look(url, view);
} finally {
  await browser.close();
  child.kill();
}
for (const problem of problems) console.error(`playground: ${problem}`);
if (problems.length === 0) console.log(`playground: ${Object.keys(TOUR).length} steps of the tour, well`);
process.exitCode = problems.length > 0 ? 1 : 0;

async function address({ stdout }) {
  for await (const line of createInterface({ input: stdout })) {
    const found = line.match(/^playground: (http:.*)$/);
    if (found) return found[1];
  }
  throw new Error(`${program} ended before it said where it listens`);
}

// A blocked request, allowed by one press; and a preflight that is not asked again.
async function tryOut(url) {
  const page = await open('try', `${url}/#try`);
  expect('the first request', 'blocked', await press(page, '#send'));
  const sentence = await page.$eval('#sentence', (it) => it.textContent);
  if (!sentence.includes('(different port)')) problems.push(`corsac's sentence is "${sentence}"`);
  expect('the same, applied', 'allowed', await press(page, '#apply'));
  const marked = await page.$eval('#policy-shown mark', (it) => it.textContent.trim()).catch(() => 'nothing');
  if (!marked.startsWith('.allow_origins(')) problems.push(`the applied line is not marked, but "${marked}"`);
  expect('one with a preflight', 'allowed', await press(page, '#start-preflight'));
  expect('the same again', 'allowed', await press(page, '#send'));
  expect('its preflight', 'cached', await page.$eval('#flow', (it) => it.dataset.preflight));
  await page.evaluate(() => { location.hash = '#result'; });
  expect('the link to the result', 'allowed', await page.$eval('#verdict', (it) => it.dataset.verdict));
  // A field that is hidden and invalid keeps nothing from being sent.
  await page.$eval('#preset-own', (it) => it.click());
  await page.waitForSelector('#own-max_age', { visible: true });
  await page.$eval('#own-max_age', (it) => { it.value = '1.5'; });
  await page.$eval('#preset-strict', (it) => it.click());
  expect('after an invalid policy', 'allowed', await press(page, '#send'));
  await page.close();
}

// Two reasons at once, which one press repairs; and a cookie that the second request sends.
async function hints(url) {
  const page = await open('hints', `${url}/#try`);
  await page.select('#order', 'innermost');
  await page.select('#path', 'private');
  expect('a wrong place and a wrong origin', 'blocked', await press(page, '#send'));
  expect('both repaired', 'allowed', await press(page, '#apply'));
  expect('one with cookies', 'allowed', await press(page, '#start-cookies'));
  const note = await page.$eval('#notes', (it) => it.textContent);
  if (!note.includes('There was no cookie to send yet')) problems.push(`the notes are "${note}"`);
  await press(page, '#send');
  const got = await page.$eval('#page-got', (it) => it.textContent);
  if (!got.includes('"visits":2')) problems.push(`the second request with cookies got "${got}"`);
  await page.close();
}

// The policy as a file for each target.
async function show(url) {
  const page = await open('show', `${url}/#try`);
  const targets = await page.$$eval('#shown-as option', (options) => options.map((it) => it.value));
  for (const needed of ['rust', 'toml', 'nginx', 'caddy', 'haproxy']) {
    if (!targets.includes(needed)) problems.push(`the policy cannot be shown for ${needed}`);
  }
  for (const target of targets) {
    await page.select('#shown-as', target);
    await page.waitForSelector(`#policy-shown[data-target="${target}"]`);
    const text = await page.$eval('#policy-shown', (it) => it.textContent);
    const problem = await page.$eval('#policy-error', (it) => it.textContent);
    // The origin of the list, in whatever way the target writes it.
    const isShown = text.includes('localhost') || text.includes('local');
    const first = { rust: 'CorsLayer::builder()', toml: 'allow_origins = ' }[target] ?? 'Code generated by corsac';
    if (!isShown && !problem) problems.push(`${target}: neither files nor a reason`);
    if (isShown && !text.includes(first)) problems.push(`${target}: "${first}" is missing`);
  }
  await page.close();
}

async function tour(url) {
  const page = await open('tour', `${url}/#tour`);
  const steps = await page.$$eval('a[href^="#tour/"]', (links) => links.map((it) => it.hash.slice(6)));
  expect('the steps', Object.keys(TOUR).join(), [...new Set(steps)].join());
  for (const [step, verdict] of Object.entries(TOUR)) {
    await page.goto(`${url}/#tour/${step}`);
    await page.waitForSelector(`#tour[data-step="${step}"][data-stage="new"]`);
    messages.length = 0;
    expect(step, verdict, await press(page, '#tour-send'));
    if (verdict === 'blocked') await compareConsole(page, step);
    expect(`${step}, fixed`, 'allowed', await press(page, '#tour-fix'));
  }
  await page.close();
}

// The message that the playground shows, and the one that the browser prints.
async function compareConsole(page, step) {
  const shown = await page.$eval('#console-chromium', (it) => it.textContent).catch(() => 'none');
  const firefox = await page.$eval('#console-firefox', (it) => it.textContent).catch(() => 'none');
  if (!messages.includes(shown)) {
    problems.push(`${step}: the console has ${JSON.stringify(messages)}, and the playground shows "${shown}"`);
  }
  if (!firefox.startsWith('Cross-Origin Request Blocked: ')) problems.push(`${step}: for Firefox "${firefox}"`);
}

async function look(url, { name, width, height, scheme }) {
  const page = await open(name, url, { width, height, scheme });
  await press(page, '#send');
  await page.screenshot({ path: join(folder, `${name}.png`) });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (overflow > 0) problems.push(`${name}: ${overflow} pixels are beyond the edge`);
  await page.close();
}

async function open(name, url, { width = 1280, height = 800, scheme = 'light' } = {}) {
  const page = await browser.newPage();
  page.on('console', (message) => messages.push(message.text()));
  page.on('pageerror', (error) => problems.push(`${name}: ${error.message}`));
  page.on('response', (response) => {
    const isBroken = response.url().startsWith(new URL(url).origin) && response.status() >= 400;
    if (isBroken) problems.push(`${name}: ${response.status()} ${response.url()}`);
  });
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.goto(url);
  await page.waitForSelector('body[data-ready]');
  return page;
}

// Presses a button that sends, and waits for the verdict.
async function press(page, button) {
  const runs = await page.$eval('body', (it) => Number(it.dataset.runs ?? 0));
  await page.waitForSelector(button, { visible: true });
  await page.$eval(button, (it) => it.click());
  await page.waitForFunction(
    (before) => Number(document.body.dataset.runs) > before && !('busy' in document.body.dataset),
    {},
    runs,
  );
  return page.$eval('#verdict', (it) => it.dataset.verdict);
}

function expect(what, wanted, got) {
  if (wanted !== got) problems.push(`${what}: expected ${wanted}, got ${got}`);
}
