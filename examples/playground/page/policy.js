// The chosen policy: a preset, or the user's own. It is shown as code, as TOML, or as the configuration of a proxy.

import { byId, el, marked, postJson, prose } from "./dom.js";

const TYPING_PAUSE_MS = 200;

/** The fields of the user's own policy: [name in the form, label, name and label of "any", placeholder]. */
const LISTS = [
  ["origins", "Origins", ["any_origin", "any origin"], "https://app.example.com\nhttps://*.example.com"],
  ["methods", "Methods", ["any_method", "any method"], "PUT"],
  ["headers", "Request headers", ["any_header", "any header"], "content-type"],
  ["exposed", "Exposed response headers", ["expose_any", "all of them"], "x-request-id"],
];
const SWITCHES = [
  ["credentials", "Allow credentials (cookies)"],
  ["reject", "Reject refused requests with 403"],
];
const DANGEROUS = [
  ["any_origin_with_credentials", "any origin, with credentials"],
  ["null_origin", "the origin null"],
  ["insecure_origins", "plain http, with credentials"],
];

// The targets that the server offers, in the order of the list.
const TITLES = {
  toml: "corsac.toml",
  nginx: "nginx",
  caddy: "Caddy",
  haproxy: "HAProxy",
  apache: "Apache httpd",
  envoy: "Envoy",
  varnish: "Varnish",
  traefik: "Traefik",
  istio: "Istio",
  "gateway-api": "Kubernetes Gateway API",
  "api-gateway": "AWS API Gateway",
  "lambda-url": "AWS Lambda function URL",
  cloudfront: "CloudFront",
  s3: "S3",
  "azure-api-management": "Azure API Management",
  "google-load-balancer": "Google Cloud load balancer",
};

let presets = [];
let chosen = { preset: "strict" };
let timer = 0;

export function start(world) {
  presets = world.presets;
  const known = Object.keys(TITLES).filter((target) => world.targets.includes(target));
  for (const target of new Set([...known, ...world.targets])) {
    byId("shown-as").append(el("option", { value: target }, TITLES[target] ?? target));
  }
  byId("shown-as").addEventListener("change", () => show());
  for (const { id, title } of [...presets, { id: "own", title: "Your own" }]) {
    const input = el("input", { type: "radio", name: "preset", value: id, id: `preset-${id}` });
    byId("presets").append(el("label", { className: "chip", htmlFor: input.id }, input, title));
  }
  byId("presets").addEventListener("change", ({ target }) => {
    choose(target.value === "own" ? { form: formOf(chosen) } : { preset: target.value });
  });
  byId("own").append(...fields());
  byId("own").addEventListener("input", () => {
    chosen = { form: read() };
    clearTimeout(timer);
    timer = setTimeout(show, TYPING_PAUSE_MS);
  });
  choose(chosen);
}

export function current() {
  return chosen;
}

/** `{ preset: "strict" }` or `{ form: {..} }`. With a repair, its lines are marked. */
export function choose(policy, { isRepair = false } = {}) {
  const before = isRepair ? chosen : policy;
  chosen = policy;
  const own = policy.form !== undefined;
  byId(`preset-${policy.preset ?? "own"}`).checked = true;
  byId("own").hidden = !own;
  byId("own").disabled = !own;
  if (own) write(policy.form);
  show(before);
}

/** The user's own policy starts with the form of a preset. */
export function formOf(policy) {
  return policy.form ?? presets.find(({ id }) => id === policy.preset).form;
}

export async function codeOf(policy) {
  const preset = presets.find(({ id }) => id === policy.preset);
  return preset ? { code: preset.code, error: null } : postJson("/api/policy", policy.form);
}

/** Marks the lines of the code that `before` does not have. */
async function show(before = chosen) {
  const policy = chosen;
  const target = byId("shown-as").value;
  const { code, error } = await codeOf(policy);
  const old = before === policy ? code : (await codeOf(before)).code;
  const { files, notes, error: problem } = target === "rust"
    ? { files: [{ text: code, before: old }], notes: [], error }
    : await postJson("/api/shown", { policy: await idOf(policy), target });
  // The policy has changed in the meantime, and a later answer is on its way.
  if (policy !== chosen || target !== byId("shown-as").value) return;
  const note = presets.find(({ id }) => id === policy.preset)?.note;
  byId("policy-note").textContent = note ?? "the form below";
  byId("policy-shown").replaceChildren(
    ...files.flatMap(file),
    ...notes.map((text) => el("p", { className: "note" }, prose(text))));
  byId("policy-shown").dataset.target = target;
  byId("policy-error").textContent = problem ?? "";
  byId("policy-error").hidden = problem === null;
}

/** The name of the policy in URLs. */
export async function idOf(policy) {
  return policy.preset ?? (await postJson("/api/policy", policy.form)).id;
}

function file({ name, purpose, text, before = text }) {
  const properties = { className: "code", tabIndex: 0, "aria-label": name ?? "The policy as code" };
  return [
    name ? el("p", { className: "note" }, el("strong", {}, name), ": ", prose(purpose)) : null,
    el("pre", properties, ...marked(text, before)),
  ].filter((part) => part !== null);
}

function fields() {
  const lists = LISTS.map(([name, label, [any, anyLabel], placeholder]) =>
    el("div", { className: "list" },
      el("label", { className: "field", htmlFor: `own-${name}` }, label,
        el("textarea", { id: `own-${name}`, rows: 2, spellcheck: false, placeholder })),
      checkbox(any, anyLabel)));
  const maxAge = el("label", { className: "field", htmlFor: "own-max_age" }, "Max-age in seconds",
    el("input", { id: "own-max_age", type: "number", min: 0, step: 1, placeholder: "7200" }));
  const dangerous = el("details", { id: "own-dangerous" }, el("summary", {}, "Dangerous settings"),
    ...DANGEROUS.map(([name, label]) => checkbox(name, label)));
  return [
    ...lists,
    ...SWITCHES.map(([name, label]) => checkbox(name, label)),
    maxAge,
    dangerous,
  ];
}

function checkbox(name, label) {
  const input = el("input", { type: "checkbox", id: `own-${name}` });
  return el("label", { className: "check", htmlFor: input.id }, input, label);
}

const lines = (text) => text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
const switches = () => [
  ...LISTS.map(([, , [any]]) => any),
  ...[...SWITCHES, ...DANGEROUS].map(([name]) => name),
];

function read() {
  const seconds = byId("own-max_age").valueAsNumber;
  const isWhole = Number.isSafeInteger(seconds) && seconds >= 0;
  return {
    ...Object.fromEntries(LISTS.map(([name]) => [name, lines(byId(`own-${name}`).value)])),
    ...Object.fromEntries(switches().map((name) => [name, byId(`own-${name}`).checked])),
    max_age: isWhole ? seconds : null,
  };
}

function write(form) {
  for (const [name] of LISTS) byId(`own-${name}`).value = (form[name] ?? []).join("\n");
  for (const name of switches()) byId(`own-${name}`).checked = form[name] ?? false;
  byId("own-max_age").value = form.max_age ?? "";
  byId("own-dangerous").open = DANGEROUS.some(([name]) => form[name]);
}
