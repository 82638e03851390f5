// Where in a page a request is sent from. The context decides the origin.

'use strict';

// What the driver calls. One request that never ends does not keep the others waiting.
function sendFrom(context, client, spec) {
  const sent = context === 'page' ? clients[client](spec) : contexts[context](spec);
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE, { got: 'no answer' }); });
  return Promise.race([sent, late]);
}

const PATIENCE = 30_000;

const contexts = {
  // Opaque: their origin is `null`.
  'sandbox': (spec) => inFrame({ sandbox: 'allow-scripts', src: '/frame' }, spec),
  'data-frame': async (spec) => inFrame({ src: `data:text/html,${encodeURIComponent(await frameText())}` }, spec),
  'data-worker': async (spec) => inWorker(`data:text/javascript,${encodeURIComponent(await source())}`, spec),

  // Has the origin of the extension.
  'extension': (spec) => inFrame({ src: `${spec.extension}/frame.html` }, spec),

  // These have the origin of the page.
  'same-origin-sandbox': (spec) => inFrame({ sandbox: 'allow-scripts allow-same-origin', src: '/frame' }, spec),
  'srcdoc-frame': (spec) => inFrame({ srcdoc: '<script src="/send.js"></script>' }, spec),
  'blob-frame': async (spec) => inFrame({ src: blobUrl(await frameText(), 'text/html') }, spec),
  'worker': (spec) => inWorker('/send.js', spec),
  'blob-worker': async (spec) => inWorker(blobUrl(await source(), 'text/javascript'), spec),
  'shared-worker': (spec) => {
    const { port } = new SharedWorker('/send.js');
    return ask((message, ports) => port.postMessage(message, ports), spec);
  },
};

async function inFrame(attributes, spec) {
  const frame = document.createElement('iframe');
  for (const [name, value] of Object.entries(attributes)) frame.setAttribute(name, value);
  const loaded = new Promise((resolve) => { frame.onload = resolve; });
  document.body.append(frame);
  await loaded;
  const result = await ask((message, ports) => frame.contentWindow.postMessage(message, '*', ports), spec);
  frame.remove();
  return result;
}

async function inWorker(url, spec) {
  const worker = new Worker(url);
  const result = await ask((message, ports) => worker.postMessage(message, ports), spec);
  worker.terminate();
  return result;
}

function ask(post, spec) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    post(spec, [port2]);
  });
}

// The program of contexts that have no URL to load it from.
async function source() {
  return (await fetch('/send.js')).text();
}

async function frameText() {
  return `<!doctype html><meta charset="utf-8"><script>${await source()}</script>`;
}

function blobUrl(text, type) {
  return URL.createObjectURL(new Blob([text], { type }));
}
