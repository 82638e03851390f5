// Sends one request from a page of the chosen origin, and asks the server for its record of the request.

import { byId, el, getJson, postJson } from "./dom.js";
import { idOf } from "./policy.js";

const FRAME_PATIENCE_MS = 5_000;
const ANSWER_PATIENCE_MS = 15_000;

// A part of each URL, so that tabs do not affect each other, and the browser's preflight cache has no answer
// of an earlier visit.
const session = [...crypto.getRandomValues(new Uint8Array(8))]
  .map((byte) => byte.toString(16).padStart(2, "0"))
  .join("");

const HINTS = {
  subdomain: "This browser does not resolve app.localhost to this machine.",
};

const frames = new Map();
let lastNumber = 0;
let sequence = 0;
let fresh = 0;

export function startAt(number) {
  sequence = number;
}

/** From now on, URLs are new to the browser. */
export function freshen() {
  fresh += 1;
}

/** `setup` is what `setup()` in main.js gives. */
export async function run(world, setup) {
  const page = world.pages.find((page) => page.id === setup.page);
  const policy = await idOf(setup.policy);
  const query = fresh ? `?fresh=${fresh}` : "";
  const url = `${world.api}/${session}/${policy}/${setup.order}/${setup.request.path}${query}`;
  const { init, headers } = forFetch(setup.request);

  const frame = await frameOf(world, page);
  const sent = sentHeaders(url, init, headers);
  const outcome = await ask(frame, page, url, init);
  const report = await postJson("/api/explain", {
    session,
    policy,
    origin: page.origin,
    url,
    after: sequence,
    method: init.method,
    headers: sent,
    credentials: init.credentials === "include",
    readable: outcome.headers?.map(([name]) => name) ?? null,
  });
  sequence = report.sequence;
  return { setup, page, url, outcome, report };
}

const BODIES = {
  none: {},
  text: { body: "Hello from the page." },
  form: { type: "application/x-www-form-urlencoded", body: "greeting=hello" },
  json: { type: "application/json", body: '{"greeting":"hello"}' },
};

function forFetch(request) {
  const mayHaveBody = !["GET", "HEAD"].includes(request.method);
  const { type, body } = BODIES[mayHaveBody ? request.body : "none"];
  const headers = [...request.headers];
  const hasType = headers.some(([name]) => name.toLowerCase() === "content-type");
  if (type && !hasType) headers.push(["content-type", type]);
  const { method, credentials } = request;
  return { headers, init: { method, credentials, headers, ...(body && { body }) } };
}

function frameOf(world, page) {
  if (!frames.has(page.id)) {
    const loading = load(world, page);
    frames.set(page.id, loading);
    loading.catch(() => frames.delete(page.id));
  }
  return frames.get(page.id);
}

function load(world, page) {
  const frame = el("iframe", { src: `${page.base}/`, title: `A page at ${page.origin}` });
  if (page.sandboxed) frame.setAttribute("sandbox", "allow-scripts");
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      frame.remove();
      const unreachable = new Error(`Cannot reach ${page.base}. ${HINTS[page.id] ?? ports(world)}`);
      // If the playground does not answer either, that is the reason.
      getJson("/api/world").then(() => reject(unreachable), reject);
    }, FRAME_PATIENCE_MS);
    addEventListener("message", function ready(event) {
      if (event.source !== frame.contentWindow || !event.data.ready) return;
      removeEventListener("message", ready);
      clearTimeout(timer);
      resolve(frame);
    });
    byId("frames").append(frame);
  });
}

function ports({ api, pages }) {
  const numbers = [location.origin, ...pages.map(({ base }) => base), api].map((url) => new URL(url).port);
  return `The playground uses the ports ${[...new Set(numbers)].join(", ")}: forward all of them.`;
}

function ask(frame, page, url, init) {
  lastNumber += 1;
  const number = lastNumber;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("The page did not answer.")), ANSWER_PATIENCE_MS);
    addEventListener("message", function answered(event) {
      if (event.source !== frame.contentWindow || event.data.number !== number) return;
      removeEventListener("message", answered);
      clearTimeout(timer);
      resolve(event.data.outcome);
    });
    // An opaque origin cannot be named as the target. The message has no secrets.
    const target = page.sandboxed ? "*" : page.origin;
    frame.contentWindow.postMessage({ number, url, init }, target);
  });
}

// Browsers drop headers that scripts may not set; `fetch` reports invalid ones.
function sentHeaders(url, init, headers) {
  try {
    return [...new Request(url, init).headers];
  } catch {
    return headers;
  }
}
