// A few requests that show the most, one press each.

import { byId, el } from "./dom.js";
import { request } from "./request.js";

const STARTS = [
  ["blocked", "A blocked request", "The origin of the page is not on the list.", { page: "other-port" }],
  ["allowed", "The same from a listed page", "The origin of this page is on the list.", {}],
  ["preflight", "One with a preflight", "A PUT with JSON: the browser sends a preflight first.",
    { request: { method: "PUT", body: "json" } }],
  ["cookies", "One with cookies", "The API counts your visits.",
    { request: { credentials: "include" } }],
];

/** `start(setup)` puts it into the form, and sends it. */
export function show(start) {
  const buttons = STARTS.map(([id, title, text, changes]) => {
    const button = el("button", { id: `start-${id}`, type: "button", title: text }, title);
    button.addEventListener("click", () => start({
      page: "listed",
      policy: { preset: "strict" },
      order: "outermost",
      ...changes,
      request: request(changes.request ?? {}),
    }));
    return button;
  });
  byId("starts").replaceChildren(el("span", {}, "Start with"), ...buttons);
}
