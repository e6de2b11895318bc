// Asking the server: with the token if there is one, and with errors in the one form
// that the server gives them.

const base = new URL(".", location.href);

// address makes a whole address of a path as the server names it, wherever a proxy
// has put the server.
export const address = path => new URL(path.replace(/^\//, ""), base).href;

// Refusal is an answer that is none: message, and expected, got, path, hint and
// request_id as the server gives them.
export class Refusal extends Error {
  constructor(status, answer) {
    super(answer.error);
    Object.assign(this, answer, { status });
  }
}

// Gone says that there was no answer at all.
export class Gone extends Error {}

// The token stays in the tab; Swagger UI finds it there.
const key = "portent-token";
let token = "";
try { token = sessionStorage.getItem(key) ?? ""; } catch { /* storage is off: it is kept until the page is left */ }

export const hasToken = () => token !== "";

export function setToken(value) {
  token = value;
  try {
    if (value) sessionStorage.setItem(key, value);
    else sessionStorage.removeItem(key);
  } catch { /* as above */ }
}

// ask sends a request. What is refused is thrown as a Refusal, silence as Gone.
export async function ask(path, options = {}) {
  const headers = { ...options.headers };
  if (token) headers.Authorization = `Bearer ${token}`;
  let answer;
  try {
    answer = await fetch(address(path), { ...options, headers, cache: "no-cache", credentials: "same-origin" });
  } catch (cause) {
    throw new Gone("no answer", { cause });
  }
  if (answer.ok) return answer;
  throw await refusal(answer);
}

async function refusal(answer) {
  let said = {};
  try { said = await answer.json(); } catch { /* not from this server, but from something before it */ }
  said.error ??= `the answer is ${answer.status} ${answer.statusText}`;
  const after = answer.headers.get("Retry-After");
  if (after) said.hint = `${said.hint ? said.hint + "; " : ""}ask again in ${after} s`;
  return new Refusal(answer.status, said);
}

// answers reports whether the server is there, ready or not.
export async function answers() {
  try {
    const got = await fetch(address("readyz"), { cache: "no-store" });
    return got.status === 200 || got.status === 503;
  } catch { return false; }
}

// exact reads JSON without rounding whole numbers that JavaScript cannot hold: they
// become their digits.
export const exact = text => JSON.parse(text, (_, value, context) =>
  Number.isInteger(value) && !Number.isSafeInteger(value) && context?.source ? context.source : value);

// stages reads where the time of an answer went, in milliseconds.
export function stages(answer) {
  const list = [];
  for (const part of (answer.headers.get("Server-Timing") ?? "").split(",")) {
    const found = /^\s*(\w+);dur=([\d.]+)/.exec(part);
    if (found) list.push([found[1], Number(found[2])]);
  }
  return list;
}
