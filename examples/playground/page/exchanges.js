// The two records of a request: the result for the page, and the requests at the server.

import { el } from "./dom.js";

// Where the two columns stand side by side there is room for everything at once.
const IS_WIDE = matchMedia("(min-width: 60rem)");

const KINDS = { preflight: "preflight", actual: "actual request", "not-cors": "not CORS" };

const WHO = {
  app: "the app",
  corsac: "corsac",
  "inner-layer": "another layer",
  "outer-layer": "an outer layer",
  hand: "the stand-in",
};

const NEVER_MORE = "The script gets no status and no header. The reason is only in the browser's console:";

const BROWSERS = { chromium: "Chromium", firefox: "Firefox" };

export function pageGot(outcome, { hidden, console: messages }) {
  if (outcome.error !== undefined) {
    const lines = Object.entries(BROWSERS)
      .filter(([browser]) => messages?.[browser])
      .flatMap(([browser, name]) => [
        el("dt", {}, name),
        el("dd", { id: `console-${browser}` }, messages[browser]),
      ]);
    return el("div", { className: "card" },
      el("pre", { className: "code" }, outcome.error),
      lines.length > 0 ? el("p", { className: "note" }, NEVER_MORE) : null,
      lines.length > 0 ? el("dl", { className: "console" }, ...lines) : null);
  }
  const status = `${outcome.status}${outcome.redirected ? ", after a redirect" : ""}`;
  const unreadable = hidden.map((name) => [name, "null: it is not exposed"]);
  return el("div", { className: "card" },
    table([["status", status], ...outcome.headers, ...unreadable]),
    outcome.body ? el("pre", { className: "code", tabIndex: 0 }, outcome.body) : null);
}

export function serverSaw({ kind, method, target, status, answered_by: by, ...exchange }) {
  const said = exchange.decision?.sentence;
  const element = el("details", { className: "exchange", open: IS_WIDE.matches },
    el("summary", {},
      el("span", { className: "kind" }, KINDS[kind]),
      el("code", {}, `${method} ${route(target)}`),
      el("span", { className: "status" }, `${status}`)),
    said ? el("p", { className: "said" }, el("strong", {}, "corsac: "), said) : null,
    el("h3", {}, "Request"),
    table(exchange.request_headers),
    el("h3", {}, `Response, by ${WHO[by]}`),
    table(exchange.response_headers));
  Object.assign(element.dataset, { kind, status, by });
  return element;
}

/** `200 by the app` */
export const answer = ({ status, answered_by: by }) => `${status} by ${WHO[by]}`;

/** Without what tells the playground's own URLs apart. */
export const route = (target) => target.replace(/^(\/[^/]*){3}/, "");

function table(pairs) {
  const isCors = (name) => /^(origin|vary|cookie|access-control-.*)$/.test(name);
  const rows = pairs.flatMap(([name, value]) => [
    el("dt", { className: isCors(name) ? "cors" : "" }, name),
    el("dd", {}, value),
  ]);
  return el("dl", { className: "headers" }, ...rows);
}
