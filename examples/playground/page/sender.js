// The page that calls the API. It runs in a frame of the playground, under the origin that is tried,
// and passes the result on to the playground.
"use strict";

const PATIENCE_MS = 10_000;

addEventListener("message", async (event) => {
  // Only the playground may frame this page: its Content-Security-Policy says so.
  if (event.source !== parent) return;
  const { number, url, init } = event.data;
  event.source.postMessage({ number, outcome: await send(url, init) }, event.origin);
});

async function send(url, init) {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) });
    return {
      origin: self.origin,
      status: response.status,
      redirected: response.redirected,
      headers: [...response.headers],
      body: await response.text(),
    };
  } catch (error) {
    return { origin: self.origin, error: String(error) };
  }
}

parent.postMessage({ ready: true }, "*");
