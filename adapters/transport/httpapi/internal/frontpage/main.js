// The page: which model, what is asked, what came out.

import { $, el, fill, failure } from "./dom.js";
import { Gone, Refusal, answers, ask, hasToken, setToken, stages } from "./server.js";
import { listen, preview, showSamples } from "./pictures.js";
import { readAnswer } from "./raw.js";
import { showLines } from "./lines.js";
import { showOutputs, showPrediction, showSeen, showTime } from "./result.js";
import { showTensors } from "./tensors.js";

// The model that is shown; its form, if it takes no pictures; and the number of what
// was asked last: what comes later for an earlier one is dropped.
let card = null;
let tensors = null;
let turn = 0;

// guarded does something with the server; if that is gone, or asks for a token, it is
// done again when there is one.
async function guarded(work, refused) {
  try {
    await work();
  } catch (error) {
    if (error instanceof Gone) waitForServer(() => guarded(work, refused));
    else if (error.status === 401) askForToken(error, () => guarded(work, refused));
    else if (error instanceof Refusal) refused(error, () => guarded(work, refused));
    else throw error;
  }
}

let waiting = null; // for the server

function waitForServer(then) {
  const check = async () => {
    clearTimeout(waiting);
    if (await answers()) {
      $("gone").hidden = true;
      waiting = null;
      then();
    } else {
      waiting = setTimeout(check, 2000);
    }
  };
  clearTimeout(waiting);
  $("where").textContent = `Nobody answers at ${location.host}.`;
  $("gone").hidden = false;
  $("result").removeAttribute("aria-busy");
  $("ask-again").onclick = check;
  waiting = setTimeout(check, 2000);
}

function askForToken(error, then) {
  const wrong = hasToken(), hidden = $("trying").hidden;
  setToken("");
  $("trying").hidden = $("openapi").hidden = true;
  $("token-form").hidden = false;
  $("token-wrong").textContent = wrong ? error.message : "";
  $("token").focus();
  $("token-form").onsubmit = event => {
    event.preventDefault();
    setToken($("token").value.trim());
    $("token").value = "";
    $("token-form").hidden = true;
    $("trying").hidden = hidden;
    then();
  };
}

// start finds out what is served.
const start = () => guarded(async () => {
  const list = await (await ask("models")).json();
  if (location.hash === "#swagger") { // which had no token
    location.replace("swagger/index.html");
    return;
  }
  $("openapi").hidden = hasToken(); // a browser does not send it
  $("forget").hidden = !hasToken();
  $("version").textContent = ` ${list.server}`;
  const names = list.models.map(model => model.name);
  if (names.length === 0) throw new Refusal(0, { error: list.state, hint: "load a model, and try again" });
  $("choosing").hidden = names.length < 2;
  fill($("chooser"), ...names.map(name => el("option", { value: name }, name)));
  $("chooser").value = names.find(name => encodeURIComponent(name) === location.hash.slice(1)) ?? list.default ?? names[0];
  await show($("chooser").value);
}, refusedAtStart);

function refusedAtStart(error, again) {
  $("trying").hidden = true;
  fill($("summary"), failure(error, again));
}

async function show(name) {
  card = await (await ask(`models/${encodeURIComponent(name)}`)).json();
  turn++;
  document.title = `${card.name} · Portent`;
  $("name").textContent = card.name;
  const takes = card.preprocess ? "takes a picture" : card.inputs.length === 1 ? "takes a tensor" : `takes ${card.inputs.length} tensors`;
  const gives = card.labels ? `, knows ${card.labels.length} classes` : "";
  fill($("summary"), el("span", { class: card.state === "ready" ? "ready" : "unready" }, card.state), ` version ${card.version}, ${takes}${gives}`);
  fill($("result"), el("p", { class: "empty" }, "The model's answer will be here."));
  for (const id of ["seen", "time", "input-error"]) $(id).replaceChildren();
  $("seen").hidden = $("time").hidden = true;
  showCard();
  $("trying").hidden = false;
  $("pictures").hidden = !card.preprocess;
  $("with-samples").hidden = true;
  $("tensors").hidden = Boolean(card.preprocess);
  if (card.preprocess) {
    $("preview").hidden = true;
    $("drop-hint").textContent = "Drop a picture here, or paste one.";
    $("file").accept = card.takes.filter(type => type.startsWith("image/")).join();
    showLines({ path: card.predict, headers: { "Content-Type": "image/png" }, file: "picture.png" });
    const shown = card;
    showSamples(card.samples ?? [], usePicture, () => card === shown);
  } else {
    tensors = showTensors(card, useTensors, refused);
    showLines(tensors.example());
  }
}

function showCard() {
  const tensor = ({ name, datatype, shape }) => `${name} ${datatype} [${shape.join(", ")}]`;
  const rows = [
    ["Name", card.name], ["Version", card.version], ["Self-test", card.self_test],
    ...card.inputs.map(input => ["Input", el("code", {}, tensor(input))]), ...card.outputs.map(output => ["Output", el("code", {}, tensor(output))]),
    ["Classes", card.labels && card.labels.slice(0, 30).join(", ") + (card.labels.length > 30 ? ` and ${card.labels.length - 30} others` : "")],
    ["Engine", card.engine && `${card.engine}${card.device ? ` on ${card.device}` : ""}`], ["Made by", card.producer], ["Opsets", card.opsets?.join(", ")],
    ["Licence", card.license ?? "not told by its makers"], ["SHA-256", card.sha256 && el("code", {}, card.sha256)],
  ];
  fill($("card"), ...rows.filter(([, value]) => value).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

// refused shows an error where it happened.
function refused(error, again) {
  $("result").removeAttribute("aria-busy");
  fill($("result"), el("p", { class: "empty" }, "No prediction of this input."));
  $("seen").hidden = $("time").hidden = true;
  const place = (tensors && !card.preprocess && tensors.placeOf(error)) || $("input-error");
  const worthAgain = [0, 429, 500, 502, 503, 504].includes(error.status) && again;
  fill(place, failure(error, worthAgain));
}

// asked sends a question and hands its answer to use, with how long it took.
const asked = (path, options, use) => {
  const own = ++turn;
  $("input-error").replaceChildren();
  tensors?.clear();
  $("result").setAttribute("aria-busy", "true");
  return guarded(async () => {
    const began = performance.now();
    const answer = await ask(path, options);
    const body = await answer.arrayBuffer();
    const took = performance.now() - began;
    if (own !== turn) return;
    $("result").removeAttribute("aria-busy");
    showTime(stages(answer), took);
    const panel = $("result").parentElement; // on a phone it is below what was touched
    if (panel.getBoundingClientRect().top > innerHeight / 2) panel.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    await use(readAnswer(answer.headers, body), () => own === turn);
  }, (error, again) => { if (own === turn) refused(error, again); });
};

function usePicture(file, sample) {
  preview(file);
  showLines({ path: card.predict, headers: { "Content-Type": file.type || "image/png" }, file: file.name, sample });
  const most = card.max_body - 1024; // the rest is the form around it
  if (file.size > most) {
    turn++;
    refused(new Refusal(413, { error: `${file.name} is too large`, expected: `at most ${most} bytes`, got: `${file.size} bytes`, hint: "make the picture smaller" }));
    return;
  }
  const body = new FormData();
  body.append("image", file, file.name);
  const request = { method: "POST", body };
  asked(card.predict, request, async (answer, current) => {
    showPrediction(answer, card.labels);
    try {
      const seen = await (await ask(card.preprocess, request)).blob();
      if (current()) showSeen(seen);
    } catch (error) {
      if (!(error.status > 401)) throw error;
      // The prediction stays.
      if (current()) fill($("seen"), failure(error));
    }
  });
}

function useTensors(request) {
  showLines(request);
  asked(request.path, { method: "POST", headers: request.headers, body: request.body }, answer => {
    if (answer.outputs) showOutputs(answer.outputs);
    else showPrediction(answer, card.labels);
  });
}

listen(usePicture, () => Boolean(card?.preprocess) && !$("trying").hidden, (error, expected, hint) => refused(new Refusal(400, { error, expected, hint })));
$("chooser").addEventListener("change", () => {
  history.replaceState(null, "", `#${encodeURIComponent($("chooser").value)}`);
  guarded(() => show($("chooser").value), refusedAtStart);
});
$("forget").addEventListener("click", () => {
  setToken("");
  start();
});
start();
