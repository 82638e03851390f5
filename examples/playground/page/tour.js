// The tour: one step at a time, each sent as it is and then with its fix.

import { byId, el, marked, prose } from "./dom.js";
import { codeOf } from "./policy.js";
import { describe, request } from "./request.js";
import { steps as allSteps } from "./steps.js";

let world = null;
let steps = [];
let at = 0;
// "new", "sent" or "fixed".
let stage = "new";
let actions = {};
let drawing = 0;

/** `send(setup)` sends and shows; `open(setup)` goes to the composer with it. */
export function start(theWorld, theActions) {
  world = theWorld;
  actions = theActions;
  const origin = (id) => world.pages.find((page) => page.id === id).origin;
  const listed = origin("listed");
  const https = listed.replace("http:", "https:");
  steps = allSteps({ listed, otherPort: origin("other-port"), https });
}

/** The step of `#tour/wrong-port`, or the first one if there is none. */
export function show(id) {
  at = Math.max(0, steps.findIndex((step) => step.id === id));
  stage = "new";
  draw();
}

function setup(step, fixed) {
  const changed = fixed ? { ...step, ...step.fix } : step;
  return {
    page: changed.page ?? "listed",
    policy: { form: changed.policy },
    order: changed.order ?? "outermost",
    request: request(changed.request ?? {}),
  };
}

async function send(fixed) {
  if ("busy" in document.body.dataset) return;
  stage = fixed ? "fixed" : "sent";
  await draw();
  const verdict = await actions.send(setup(steps[at], fixed));
  if (verdict === "allowed" && fixed) steps[at].isDone = true;
  byId(`step-${steps[at].id}`)?.classList.toggle("done", Boolean(steps[at].isDone));
}

async function draw() {
  drawing += 1;
  const drawn = drawing;
  const step = steps[at];
  const isFixed = stage === "fixed";
  const now = setup(step, isFixed);
  const page = world.pages.find((page) => page.id === now.page);
  const { code, error } = await codeOf(now.policy);
  const first = setup(step, false);
  const before = isFixed ? (await codeOf(first.policy)).code : code;
  // Another step was opened in the meantime.
  if (drawn !== drawing) return;
  const next = steps[at + 1];
  const focused = byId("tour").contains(document.activeElement) ? document.activeElement.id : null;
  byId("tour").dataset.step = step.id;
  byId("tour").dataset.stage = stage;
  byId("tour").replaceChildren(
    el("ol", { className: "steps" }, ...steps.map(pill)),
    el("div", { className: "card" },
      el("h2", {}, `${at + 1}. `, prose(step.title)),
      el("p", {}, prose(step.lesson)),
      el("p", { className: "fix", hidden: !isFixed },
        el("strong", {}, "The fix. "), prose(step.fix.says)),
      el("dl", { className: "facts" },
        ...fact("Page", el("code", {}, page.origin), now.page !== first.page),
        ...fact("Request", el("code", {}, describe(now.request))),
        ...fact("CORS layer", now.order, now.order !== first.order)),
      el("pre", { className: "code", tabIndex: 0, "aria-label": "The builder code of the policy" },
        ...marked(code, before)),
      // After a request, the result shows it.
      el("p", { className: "problem", hidden: error === null || stage !== "new" }, error ?? "")),
    el("div", { className: "actions" },
      button("tour-send", "Send it", () => send(false), stage === "new"),
      button("tour-fix", "Fix it and send again", () => send(true), stage === "sent"),
      next ? nextLink(next, isFixed) : null,
      button("tour-open", "Open in Try it", () => actions.open(now))));
  if (focused) (byId(focused) ?? byId("tour-send")).focus();
}

function fact(name, value, isChanged = false) {
  return [el("dt", {}, name), el("dd", {}, isChanged ? el("mark", {}, value) : value)];
}

function pill(step, index) {
  const properties = {
    id: `step-${step.id}`,
    href: `#tour/${step.id}`,
    title: step.title.replaceAll("`", ""),
  };
  const link = el("a", properties, el("b", {}, `${index + 1}`), el("span", {}, prose(step.title)));
  if (index === at) link.setAttribute("aria-current", "step");
  link.classList.toggle("done", Boolean(step.isDone));
  return el("li", {}, link);
}

function nextLink(next, isPrimary) {
  const className = isPrimary ? "button primary" : "button";
  return el("a", { id: "tour-next", className, href: `#tour/${next.id}` }, "Next mistake");
}

function button(id, label, onClick, isPrimary = false) {
  const className = isPrimary ? "primary" : "";
  const element = el("button", { id, type: "button", className }, label);
  element.addEventListener("click", onClick);
  return element;
}
