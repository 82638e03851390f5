// The request that the page is going to send, as the form has it.

import { byId } from "./dom.js";

const PLAIN = { method: "GET", path: "hello", headers: [], credentials: "omit", body: "none" };

const BODY_NAMES = { text: "a text", form: "a form", json: "JSON" };

export const request = (changes) => ({ ...PLAIN, ...changes });

export function read() {
  return {
    method: byId("method").value,
    path: byId("path").value,
    headers: parse(byId("headers").value),
    credentials: byId("credentials").value,
    body: byId("body").value,
  };
}

export function write(request) {
  for (const name of ["method", "path", "credentials", "body"]) byId(name).value = request[name];
  byId("headers").value = request.headers.map((pair) => pair.join(": ")).join("\n");
  byId("more").open = extras(request) !== "";
  summarize();
}

/** Says of the folded part what is in it. */
export function summarize() {
  byId("more-summary").textContent = extras(read());
}

/** `PUT /hello with x-client-version, with cookies` */
export function describe(request) {
  const rest = extras(request);
  return `${request.method} /${request.path}${rest && ` with ${rest}`}`;
}

function extras({ headers, credentials, body }) {
  const parts = headers.map(([name]) => name);
  if (credentials === "include") parts.push("cookies");
  if (body !== "none") parts.push(BODY_NAMES[body]);
  return parts.join(", ");
}

/** What is no header at all is left to `fetch` to refuse. */
function parse(text) {
  const pairs = text.split("\n").filter((line) => line.trim() !== "").map((line) => {
    const [name, ...rest] = line.split(":");
    return [name.trim(), rest.join(":").trim()];
  });
  return pairs;
}
