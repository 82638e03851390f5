// One running browser, with one page for each origin that sends.

import { batched } from './batched.mjs';
import { EXTENSIONS, launch, PAGES } from './browsers.mjs';

export async function openSession(name, server) {
  const browser = await launch(name, server);
  const senders = new Map();
  const senderAt = (origin) => {
    if (!senders.has(origin)) senders.set(origin, openSender(browser, origin));
    return senders.get(origin);
  };
  return {
    version: await browser.version(),
    // Sends a request from a context of the page at `origin`; the result is what the script got.
    async send(origin, context, client, spec) {
      const sender = await senderAt(origin);
      return sender([context, client, { ...spec, extension: EXTENSIONS[name] }]);
    },
    close: () => browser.close(),
  };
}

async function openSender(browser, origin) {
  const page = await browser.newPage();
  const isFile = origin === 'file://';
  await page.goto(isFile ? new URL('sender.html', PAGES).href : `${origin}/sender`);
  // Some browsers would rather load another scheme or host than the one asked for. Whether the origin of
  // a file is opaque depends on the browser.
  const actual = await page.evaluate(() => self.origin);
  if (actual !== origin && !isFile) throw new Error(`the page at ${origin} has the origin ${actual}`);
  return batched((all) => page.evaluate((each) => Promise.all(each.map((one) => sendFrom(...one))), all));
}
