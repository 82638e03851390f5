// The result of a request: the verdict, the steps, and the reason.

import { byId, el, prose } from "./dom.js";
import { answer, pageGot, route, serverSaw } from "./exchanges.js";
import { notes } from "./notes.js";
import { describe } from "./request.js";

const MARKS = { yes: "✓", no: "✕", partly: "!", none: "–", sent: "", idle: "?" };

const VERDICTS = {
  idle: ["idle", "Nothing sent yet"],
  sending: ["idle", "Sending…"],
  allowed: ["yes", "Allowed"],
  partial: ["partly", "Allowed, with something kept back"],
  blocked: ["no", "Blocked"],
  failed: ["no", "The playground could not send this"],
};

const STATIONS = ["The page", "Preflight", "Actual request", "The page may read"];

const PREFLIGHTS = {
  "not-needed": ["none", "not needed"],
  accepted: ["yes", "sent, accepted"],
  refused: ["no", "sent, refused"],
  cached: ["yes", "from the cache"],
  "never-sent": ["none", "never sent"],
};

// The layers that answer these paths.
const LAYERS = { private: "authentication", moved: "redirects", crash: "catch_panic" };

/** Before anything is sent. */
export function idle() {
  drawVerdict("idle", "Send the request to see whether the page can read the response.");
  drawFlow([
    ["idle", "asks", "A script calls fetch."],
    ["idle", "permission", "The browser asks first if an HTML form could not send the request."],
    ["idle", "the request", "It goes to the API, with the origin of the page."],
    ["idle", "the response", "The browser compares its CORS headers with the origin of the page."],
  ]);
  clear();
  byId("primer").hidden = false;
}

export function sending() {
  drawVerdict("sending", "The page calls fetch, and waits.");
}

export function failed(error) {
  idle();
  drawVerdict("failed", error.message);
}

/** The result is that of other fields than there are now: a repair would undo the change. */
export function outdate() {
  byId("apply")?.remove();
}

/** Draws everything, and returns the verdict. `apply` takes the change that a repair proposes. */
export function show(result, apply) {
  const { outcome, report } = result;
  const verdict = verdictOf(result);
  byId("primer").hidden = true;
  drawVerdict(verdict, headline(verdict, result));
  drawFlow(stations(result, verdict));
  byId("flow").dataset.preflight = report.preflight.state;
  byId("why").replaceChildren(why(result, apply));
  const texts = notes(result).map((text) => el("p", { className: "note" }, prose(text)));
  byId("notes").replaceChildren(...texts);
  const got = pageGot(outcome, report);
  byId("page-got").replaceChildren(el("h2", {}, "The result for the page"), got);
  const saw = report.exchanges.map((exchange) => serverSaw(exchange));
  if (saw.length === 0) saw.push(el("p", { className: "note" }, "Nothing."));
  byId("server-saw").replaceChildren(el("h2", {}, "The requests at the server"), ...saw);
  return verdict;
}

function clear() {
  for (const id of ["why", "notes", "page-got", "server-saw"]) byId(id).replaceChildren();
}

function verdictOf({ outcome, report }) {
  if (outcome.error !== undefined) return "blocked";
  return report.hidden.length > 0 ? "partial" : "allowed";
}

function headline(verdict, { outcome, report }) {
  switch (verdict) {
    case "blocked":
      return `The page only gets ${outcome.error}`;
    case "partial":
      return `The page reads the ${outcome.status}, but not ${report.hidden.join(", ")}.`;
    default:
      return `The page reads the ${outcome.status}, its headers and its body.`;
  }
}

function drawVerdict(name, text) {
  const [state, title] = VERDICTS[name];
  byId("verdict").dataset.verdict = name;
  const words = el("div", {}, el("h2", {}, title), el("p", {}, text));
  byId("verdict").replaceChildren(mark(state), words);
}

function mark(state, text = MARKS[state]) {
  const element = el("span", { className: "mark" }, text);
  element.dataset.state = state;
  element.setAttribute("aria-hidden", "true");
  return element;
}

function drawFlow(stations) {
  const items = stations.map(([state, title, text], at) => {
    const number = state === "idle" ? `${at + 1}` : undefined;
    const item = el("li", {},
      el("h3", {}, STATIONS[at]),
      el("p", { className: "state" }, mark(state, number), breakable(title)),
      el("p", { className: "detail" }, prose(text)));
    item.dataset.state = state;
    return item;
  });
  byId("flow").replaceChildren(...items);
}

/** An origin breaks at its marks, and not within a name. */
function breakable(text) {
  const parts = text.split(/(?<=\/\/)|(?=:\d)/);
  return el("span", {}, ...parts.flatMap((part) => [part, el("wbr")]));
}

/** Each as [state, title, detail]. */
function stations({ setup, page, outcome, report }, verdict) {
  const { preflight, exchanges, hidden } = report;
  const actual = exchanges.findLast(({ kind }) => kind !== "preflight");
  const state = actual?.status < 400 ? "yes" : "partly";
  return [
    ["sent", page.origin, `\`${describe(setup.request)}\``],
    [...PREFLIGHTS[preflight.state], preflight.text],
    actual
      ? [state, answer(actual), `\`${actual.method} ${route(actual.target)}\``]
      : ["none", "never sent", "The API did not get it."],
    {
      blocked: () => ["no", "nothing", `\`${outcome.error}\``],
      partial: () => ["partly", `${outcome.status}, not all`, `Kept back: ${hidden.join(", ")}`],
      allowed: () =>
        ["yes", `${outcome.status}, all of it`, `${outcome.headers.length} headers and the body.`],
    }[verdict](),
  ];
}

function why({ setup, report }, apply) {
  const { why, repair, move_layer: moveLayer, build_error: buildError } = report;
  const change = (moveLayer || repair.form) && {
    ...(moveLayer && { order: "outermost" }),
    ...(repair.form && { form: repair.form }),
  };
  const blocks = [repair.lines.join("\n"), moveLayer ? outermost(setup.request.path) : ""];
  const code = blocks.filter(Boolean).join("\n\n");
  const parts = [el("h2", {}, why.is_corsacs ? "The reason, from corsac" : "The reason")];
  if (why.sentence) parts.push(el("p", { id: "sentence" }, prose(why.sentence)));
  if (why.nearest) {
    const nearest = el("code", { id: "nearest" }, why.nearest);
    parts.push(el("p", { className: "nearest" }, "Nearest allowed: ", nearest));
  }
  if (buildError) parts.push(el("pre", { className: "problem", id: "build-error" }, buildError));
  if (code) {
    const label = repair.warning ? "What would allow it" : "This would allow it";
    parts.push(el("p", { className: "label" }, label));
    parts.push(el("pre", { className: "code", id: "repair", tabIndex: 0 }, code));
  }
  if (repair.warning) parts.push(el("p", { className: "problem" }, prose(repair.warning)));
  if (change && apply) {
    const properties = { id: "apply", type: "button", className: "primary" };
    const button = el("button", properties, "Apply and send again");
    button.addEventListener("click", () => apply(change));
    parts.push(button);
  }
  const element = el("section", { className: "card why", "aria-label": "Why" }, ...parts);
  element.dataset.rule = why.rule ?? "";
  return element;
}

function outermost(path) {
  return `Router::new()
    .route(..)
    .layer(${LAYERS[path] ?? "another"})
    .layer(cors) // added last: outermost`;
}
