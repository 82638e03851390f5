// Starts the browsers. Both reach every name and port through a proxy, which is the server itself.

import { createHash, X509Certificate } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';

export const NAMES = ['chromium', 'firefox'];

// The pages are an extension too, whose id in Chromium follows from the key in its manifest.
export const PAGES = new URL('../pages/', import.meta.url);
export const EXTENSIONS = {
  chromium: 'chrome-extension://akapahniekmhcicggklbaaipgooiiboc',
  firefox: 'moz-extension://c0c0c0c0-0000-4000-8000-000000000000',
};

const launchers = { chromium: launchChromium, firefox: launchFirefox };

// `server`, where given, is `{ port, certificate }`: the proxy, and what it proves itself with.
export async function launch(name, server) {
  const browser = await launchers[name](server);
  if (server) await browser.installExtension(fileURLToPath(PAGES));
  return browser;
}

function launchChromium(server) {
  const args = [
    // Containers have neither a user to drop to nor a large /dev/shm.
    '--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu',
    '--disable-background-networking', '--disable-quic',
    // Pages on http are meant to stay there.
    '--disable-features=HttpsUpgrades',
    // Files have the origin `file://`, as in Electron and in web views, and not `null`.
    '--allow-file-access-from-files',
  ];
  if (server) {
    args.push(
      `--proxy-server=http://127.0.0.1:${server.port}`,
      '--proxy-bypass-list=<-loopback>',
      // Not `--ignore-certificate-errors`: Chromium does not cache what comes with such an error.
      `--ignore-certificate-errors-spki-list=${spkiHash(server.certificate)}`,
    );
  }
  const executablePath = executable('CHROMIUM', '/usr/bin/chromium');
  return puppeteer.launch({ executablePath, args, pipe: true, enableExtensions: true });
}

function launchFirefox(server) {
  const proxy = server && {
    'network.proxy.type': 1,
    'network.proxy.http': '127.0.0.1',
    'network.proxy.http_port': server.port,
    'network.proxy.ssl': '127.0.0.1',
    'network.proxy.ssl_port': server.port,
    'network.proxy.no_proxies_on': '',
    'network.proxy.allow_hijacking_localhost': true,
  };
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: executable('FIREFOX', '/usr/bin/firefox-esr'),
    acceptInsecureCerts: true,
    extraPrefsFirefox: {
      ...proxy,
      'extensions.webextensions.uuids': JSON.stringify({ 'frame@corsac.example': new URL(EXTENSIONS.firefox).host }),
      // Else requests to the loopback hang until a person grants the permission.
      'network.lna.enabled': false,
      // Puppeteer turns off what keeps cookies apart; this is what users have.
      'network.cookie.cookieBehavior': 5,
      'browser.contentblocking.features.standard': 'cookieBehavior5',
      // Pages on http are meant to stay there.
      'dom.security.https_first': false,
      // Else it looks for a portal page through the proxy.
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
    },
  });
}

function executable(variable, usual) {
  return process.env[variable] || usual;
}

function spkiHash(certificate) {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}
