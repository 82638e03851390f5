// Puts the parts together.
//
// For programs that drive this page:
//   #try and #tour/<step>          the two views; <step> as in steps.js
//   body[data-ready]               everything is loaded
//   body[data-runs]                how many requests are done; body[data-busy] while one is under way
//   #page-<id>, #preset-<id>       what to choose; ids as in /api/world, and `own`; #own-<field>
//   #start-<id>                    sends at once; ids as in starts.js
//   #order #method #path #headers #credentials #body, then #send, #send-fresh, #apply
//   #shown-as, and #policy-shown[data-target] with its files
//   #tour[data-step][data-stage]   with #tour-send, #tour-fix, #tour-next, #tour-open
//   #verdict[data-verdict]         idle, sending, allowed, partial, blocked, failed
//   #flow li[data-state]           page, preflight, actual request, what the page may read
//   #flow[data-preflight]          not-needed, accepted, refused, cached, never-sent
//   #sentence #nearest #repair #build-error, .why[data-rule], #console-chromium, #console-firefox
//   .exchange[data-kind][data-status][data-by]

import { byId, el, getJson } from "./dom.js";
import * as policy from "./policy.js";
import * as request from "./request.js";
import * as result from "./result.js";
import { freshen, run, startAt } from "./run.js";
import * as starts from "./starts.js";
import * as tour from "./tour.js";

// A blocked request, so that one click shows the reason.
const FIRST_PAGE = "other-port";

const world = await getJson("/api/world");
startAt(world.sequence);
byId("lead-api").textContent = world.api;
for (const { id, origin, note } of world.pages) {
  const input = el("input", { type: "radio", name: "page", value: id, id: `page-${id}` });
  byId("pages").append(el("label", { className: "choice", htmlFor: input.id }, input,
    el("code", {}, origin), el("small", {}, note)));
}
policy.start(world);
request.write(request.request({}));
choosePage(FIRST_PAGE);

starts.show((setup) => {
  write(setup);
  send(setup, apply);
});
tour.start(world, {
  send: (setup) => send(setup),
  open: (setup) => {
    write(setup);
    location.hash = "#try";
  },
});

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter?.id === "send-fresh") freshen();
  send(setup(), apply);
});
byId("composer").addEventListener("input", request.summarize);
byId("composer").addEventListener("input", ({ target }) => {
  if (target.id !== "shown-as") result.outdate();
});
byId("pages").addEventListener("change", ({ target }) => choosePage(target.value));
addEventListener("hashchange", () => { if (location.hash !== "#result") view(); });
view();
document.body.dataset.runs = 0;
document.body.dataset.ready = "";

function setup() {
  return {
    page: new FormData(byId("composer")).get("page"),
    policy: policy.current(),
    order: byId("order").value,
    request: request.read(),
  };
}

function write(setup) {
  choosePage(setup.page);
  policy.choose(setup.policy);
  byId("order").value = setup.order;
  request.write(setup.request);
}

function choosePage(id) {
  byId(`page-${id}`).checked = true;
  byId("lead-page").textContent = world.pages.find((page) => page.id === id).origin;
}

/** Makes the change that a repair proposes. */
function apply({ form, order }) {
  if (form) policy.choose({ form }, { isRepair: true });
  if (order) byId("order").value = order;
  send(setup(), apply);
}

async function send(setup, onApply) {
  if ("busy" in document.body.dataset) return undefined;
  document.body.dataset.busy = "";
  result.sending();
  try {
    return result.show(await run(world, setup), onApply);
  } catch (error) {
    result.failed(error);
    return "failed";
  } finally {
    delete document.body.dataset.busy;
    document.body.dataset.runs = Number(document.body.dataset.runs) + 1;
    reveal();
    // The pressed button may have been removed.
    if (document.activeElement === document.body) byId("result").focus({ preventScroll: true });
  }
}

/** On a narrow screen, the result is below the button. */
function reveal() {
  if (!matchMedia("(max-width: 60rem)").matches) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  byId("result").scrollIntoView({ behavior: calm ? "auto" : "smooth" });
}

function view() {
  const [name, step] = location.hash.slice(1).split("/");
  const isTour = name === "tour";
  byId("composer").hidden = isTour;
  byId("tour").hidden = !isTour;
  byId("lead").hidden = isTour;
  byId("starts").hidden = isTour;
  byId("nav-try").ariaCurrent = isTour ? null : "page";
  byId("nav-tour").ariaCurrent = isTour ? "page" : null;
  if (isTour) tour.show(step);
  result.idle();
  byId("primer").hidden = isTour;
}
