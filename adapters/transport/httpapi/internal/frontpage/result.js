// What came out: classes with their probabilities, tensors, and where the time went.

import { $, el, fill, copier } from "./dom.js";

const few = 5;

const percent = p => p >= 0.9995 && p < 1 ? "> 99.9 %" : p > 0 && p < 0.0005 ? "< 0.1 %" : `${(100 * p).toFixed(1)} %`;

// ranked pairs every class's name with its probability, most probable first.
function ranked(answer, labels) {
  const best = new Map(answer.top.map((t, place) => [t.class, place])); // decides among equals
  return answer.probabilities
    .map((probability, number) => ({ number, probability, name: labels?.[number] || String(number) }))
    .sort((a, b) => b.probability - a.probability || (best.get(a.number) ?? few) - (best.get(b.number) ?? few) || a.number - b.number);
}

function bar({ name, probability }) {
  const fillIn = el("span");
  fillIn.style.width = `${100 * probability}%`;
  return el("li", {}, el("span", { class: "name" }, name), el("span", { class: "percent" }, percent(probability)), el("span", { class: "bar", "aria-hidden": "true" }, fillIn));
}

// showPrediction shows a classifier's answer.
export function showPrediction(answer, labels) {
  const classes = ranked(answer, labels);
  const list = el("ol", { class: "bars", "aria-label": "Classes by probability" }, ...classes.slice(0, few).map(bar));
  const rest = classes.length - few;
  const more = rest > 0 ? el("button", { type: "button", class: "plain", "aria-expanded": "false", onclick: () => {
    const open = list.children.length === few;
    list.replaceChildren(...(open ? classes : classes.slice(0, few)).map(bar));
    more.setAttribute("aria-expanded", String(open));
    more.textContent = open ? `Show the first ${few}` : `Show all ${classes.length}`;
  } }, `Show all ${classes.length}`) : null;
  fill($("result"),
    el("p", { class: "best" }, el("strong", { id: "label" }, answer.label), " ", el("span", {}, percent(answer.probability))),
    ...(answer.warnings ?? []).map(text => el("p", { class: "warning" }, text)),
    list, more);
}

// showOutputs shows the tensors that any other model answers with.
export function showOutputs(outputs) {
  const most = 200;
  fill($("result"), ...outputs.flatMap(output => {
    const data = output.data ?? [];
    const text = JSON.stringify(data.slice(0, most), null, 1).replace(/\n\s*/g, " ");
    const code = el("code", {}, text);
    return [
      el("h3", {}, output.name, " ", el("small", {}, `${output.datatype} [${output.shape.join(", ")}]`)),
      el("div", { class: "code" }, copier(() => JSON.stringify(data), () => code), el("pre", { tabindex: "0", "aria-label": `Values of ${output.name}` }, code)),
      data.length > most ? el("p", { class: "quiet" }, `The first ${most} of ${data.length} elements; Copy takes all.`) : null,
    ];
  }));
}

// showSeen shows the picture as the model sees it.
export function showSeen(picture) {
  const image = el("img", { src: URL.createObjectURL(picture), alt: "The picture after resizing and cropping", onload: () => {
    caption.textContent = `As the model sees it: ${image.naturalWidth}\u00a0×\u00a0${image.naturalHeight} pixels`;
    image.classList.toggle("tiny", image.naturalWidth < 128);
    URL.revokeObjectURL(image.src);
  } });
  const caption = el("figcaption", {}, "As the model sees it");
  fill($("seen"), el("figure", {}, image, caption));
}

const said = {
  decode: "read the input", queue: "wait for a turn", infer: "run the model", encode: "write the answer", travel: "on the way",
};

// showTime shows where the time went, of so many milliseconds between question and
// answer.
export function showTime(stages, whole) {
  const inside = stages.reduce((sum, [, took]) => sum + took, 0);
  const parts = [...stages, ["travel", Math.max(0, whole - inside)]];
  const time = ms => `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`;
  const line = el("div", { class: "stages", "aria-hidden": "true" });
  const legend = el("dl", { class: "legend" });
  for (const [name, took] of parts) {
    const part = el("span", { class: name });
    part.style.flexGrow = took;
    line.append(part);
    legend.append(el("div", {}, el("dt", { class: name }, said[name] ?? name), el("dd", {}, time(took))));
  }
  fill($("time"), el("h3", {}, `Time: ${time(whole)}`), line, legend);
}
