// Helpers of the other files.

export const byId = (id) => document.getElementById(id);

/** `el("a", { href: "#try" }, "Try it")`: properties that the element lacks become attributes. */
export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Text in which `backticks` mark code. */
export function prose(text) {
  const parts = text.split("`").map((part, at) => (at % 2 ? el("code", {}, part) : part));
  return el("span", {}, ...parts);
}

/** The text, with the lines marked that `before` does not have. */
export function marked(text, before) {
  const known = new Set(before.split("\n"));
  const lines = text.split("\n").map((line) => (known.has(line) ? line : el("mark", {}, line)));
  return lines.flatMap((line, at) => (at === 0 ? [line] : ["\n", line]));
}

export async function getJson(path) {
  return read(await request(path));
}

export async function postJson(path, value) {
  const headers = { "content-type": "application/json" };
  return read(await request(path, { method: "POST", headers, body: JSON.stringify(value) }));
}

async function request(path, init) {
  try {
    return await fetch(path, init);
  } catch {
    throw new Error("The playground is not running any more. Start it again, and reload this page.");
  }
}

async function read(response) {
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json();
}
