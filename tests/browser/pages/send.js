// Sends one request with `fetch`, and says what the script got. It runs in pages, frames and workers.

'use strict';

async function send({ url, options, body }) {
  let response;
  try {
    response = await fetch(url, { ...options, body: makeBody(body) });
  } catch (error) {
    // The standard tells a page no more than this, whatever the reason.
    return { got: error instanceof TypeError ? 'blocked' : String(error), error: String(error) };
  }
  if (response.type === 'opaque' || response.type === 'opaqueredirect') {
    return { got: response.type };
  }
  const { status, redirected } = response;
  return { got: status, redirected, headers: Object.fromEntries(response.headers), text: await response.text() };
}

// Text, or an object whose only key names the kind.
function makeBody(body) {
  if (body === undefined || typeof body === 'string') return body;
  const [[kind, value]] = Object.entries(body);
  switch (kind) {
    case 'form': {
      const form = new FormData();
      for (const [name, text] of Object.entries(value)) form.append(name, text);
      return form;
    }
    case 'urlencoded': return new URLSearchParams(value);
    case 'stream': return new Blob([value]).stream();
    case 'bytes': return new Uint8Array(value);
    case 'json': return new Blob([JSON.stringify(value)], { type: 'application/json' });
    case 'plain': return new Blob([value], { type: 'text/plain' });
    default: throw new Error(`no such body: ${kind}`);
  }
}

// Frames and dedicated workers get what they are to send in a message, with a port for the answer;
// shared workers through the port of a connection.
function obey(event) {
  const [port] = event.ports;
  send(event.data).then((result) => port.postMessage(result));
}
self.addEventListener('message', obey);
self.addEventListener('connect', (event) => { event.ports[0].onmessage = obey; });
