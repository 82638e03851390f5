// What sends requests in a page: `fetch`, and the older ways.

'use strict';

const clients = {
  fetch: send,

  xhr: (spec) => xhr(spec, false),

  // A listener for the progress of the upload forces a preflight (XMLHttpRequest, "send").
  'xhr-upload': (spec) => xhr(spec, true),

  image: ({ url }) => load(Object.assign(new Image(), { src: url }), 'opaque'),

  'image-cors': ({ url, options }) => {
    const crossOrigin = options.credentials === 'include' ? 'use-credentials' : 'anonymous';
    // Before `src`, which starts to load.
    return load(Object.assign(new Image(), { crossOrigin, src: url }), 'readable');
  },

  module: ({ url }) => import(url).then(() => ({ got: 'readable' }), () => ({ got: 'blocked' })),

  events: ({ url, options }) => new Promise((resolve) => {
    const source = new EventSource(url, { withCredentials: options.credentials === 'include' });
    const end = (got) => { source.close(); resolve({ got }); };
    source.onmessage = () => end('readable');
    source.onerror = () => end('blocked');
  }),

  socket: ({ url }) => new Promise((resolve) => {
    const socket = new WebSocket(url.replace(/^http/, 'ws'));
    socket.onopen = () => { socket.close(); resolve({ got: 'connected' }); };
    socket.onerror = () => resolve({ got: 'refused' });
  }),

  // Sends after it has returned, and has no result.
  beacon: ({ url, body }) => ({ got: navigator.sendBeacon(url, makeBody(body)) ? 'sent' : 'blocked' }),

  // From a frame, so that the page stays. Only the document can give a form another referrer policy.
  form: async ({ url, options }) => {
    const frame = Object.assign(document.createElement('iframe'), {
      src: `/frame?referrer-policy=${options.referrerPolicy ?? ''}`,
    });
    await loaded(frame, () => document.body.append(frame));
    const inside = frame.contentDocument;
    const form = Object.assign(inside.createElement('form'), { action: url, method: options.method });
    inside.body.append(form);
    await loaded(frame, () => form.submit());
    frame.remove();
    return { got: 'sent' };
  },
};

function xhr({ url, options, body }, watchUpload) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open(options.method, url);
    request.withCredentials = options.credentials === 'include';
    for (const [name, value] of Object.entries(options.headers ?? {})) request.setRequestHeader(name, value);
    if (watchUpload) request.upload.onprogress = () => {};
    request.onload = () => {
      const lines = request.getAllResponseHeaders().trim().split('\r\n');
      const headers = Object.fromEntries(lines.map((line) => line.split(': ')));
      resolve({ got: request.status, headers, text: request.responseText });
    };
    request.onerror = () => resolve({ got: 'blocked' });
    request.send(makeBody(body));
  });
}

function load(element, got) {
  return new Promise((resolve) => {
    element.onload = () => resolve({ got });
    element.onerror = () => resolve({ got: 'blocked' });
  });
}

function loaded(frame, start) {
  return new Promise((resolve) => {
    frame.onload = resolve;
    start();
  });
}
