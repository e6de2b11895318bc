// A form for models that take no pictures: JSON for each input, with an example.

import { el, fill, $ } from "./dom.js";
import { isHalf, pack } from "./raw.js";
import { Refusal } from "./server.js";

const most = 512; // elements of an example that a person wants to see

const shapeOf = value => Array.isArray(value) ? [value.length, ...(value.length > 0 ? shapeOf(value[0]) : [])] : [];
const count = shape => shape.reduce((n, axis) => n * axis, 1);
const element = { BOOL: false, BYTES: "" };

// zeros is an input of a shape in JSON, nested.
const zeros = (shape, zero) => shape.length === 0 ? JSON.stringify(zero)
  : `[${Array(shape[0]).fill(zeros(shape.slice(1), zero)).join(", ")}]`;

const example = ({ shape, datatype }) => zeros(shape.map(axis => axis < 0 ? 1 : axis), element[datatype] ?? 0);

// flatShape finds the shape of elements that are not nested: one axis may be of any
// length.
function flatShape(shape, n) {
  const open = shape.findIndex(axis => axis < 0);
  return shape.map((axis, i) => axis >= 0 ? axis : i === open ? n / count(shape.map(a => Math.max(a, 1))) : 1);
}

function invalid(input, message, hint) {
  return new Refusal(0, { error: `${input.name}: ${message}`, path: `/inputs/${input.place}`, expected: `${input.datatype} [${input.shape.join(", ")}] in JSON`, hint });
}

// read returns an input's JSON as it was typed, so that no number is rounded on the
// way, and the shape of what it holds.
function read(input) {
  const text = input.area.value.trim() || example(input);
  let value;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(input, "this is not JSON: " + cause.message, "such as " + example({ ...input, shape: input.shape.map(axis => Math.min(axis, 2)) }));
  }
  const nested = shapeOf(value);
  const flat = nested.length === 1 && input.shape.length > 1;
  return { value, text: Array.isArray(value) ? text : `[${text}]`, shape: flat ? flatShape(input.shape, nested[0]) : nested };
}

// showTensors makes the form for a model, and calls use with the request for what is
// in it.
export function showTensors(card, use, refuse) {
  const inputs = card.inputs.map((input, place) => {
    const id = `tensor-${place}`;
    const fixed = count(input.shape.map(axis => Math.max(axis, 1)));
    const area = el("textarea", { id, rows: fixed > 8 ? 5 : 2, spellcheck: "false", autocapitalize: "off", "aria-describedby": `${id}-hint ${id}-error` });
    if (fixed <= most) area.value = example(input);
    const hint = fixed <= most ? "JSON, nested or flat" : `JSON, nested or flat, ${fixed.toLocaleString("en")} elements; left empty: zeros`;
    return { ...input, place, area, error: el("div", { id: `${id}-error` }), rows: [
      el("label", { for: id }, input.name, " ", el("small", {}, `${input.datatype} [${input.shape.join(", ")}]`)),
      area,
      el("p", { class: "quiet", id: `${id}-hint` }, hint + (input.shape.includes(-1) ? "; -1: any length." : ".")),
    ] };
  });
  const form = $("tensors");
  form.onsubmit = event => {
    event.preventDefault();
    try {
      use(request(card, inputs));
    } catch (error) {
      refuse(error);
    }
  };
  fill(form, ...inputs.flatMap(input => [...input.rows, input.error]), el("p", { class: "row" }, el("button", { class: "main" }, "Predict")));
  // placeOf finds the input that an error is about.
  return {
    example: () => request(card, inputs),
    placeOf(error) {
      const named = /^\/inputs\/(\d+)/.exec(error.path ?? "");
      const found = inputs.length === 1 ? inputs[0] : inputs[named?.[1]] ?? inputs.find(input => error.message.startsWith(`${input.name} `));
      for (const { area } of inputs) area.removeAttribute("aria-invalid");
      found?.area.setAttribute("aria-invalid", "true");
      return found?.error;
    },
    clear() {
      for (const { area, error } of inputs) {
        area.removeAttribute("aria-invalid");
        error.replaceChildren();
      }
    },
  };
}

// request is what a model is asked with: {path, headers, body}, and text if it is
// nothing but JSON.
function request(card, inputs) {
  const given = inputs.map(read), json = { "Content-Type": "application/json" };
  if (card.predict) {
    const text = `{"input": ${given[0].text}}`;
    return { path: card.predict, headers: json, body: text, text };
  }
  const behind = [];
  const tensors = inputs.map((input, i) => {
    const { shape, value, text } = given[i];
    let held = `"data": ${text}`;
    if (isHalf(input)) {
      const bytes = pack([value].flat(Infinity), input.datatype);
      if (!bytes) throw invalid(input, `these are no numbers that ${input.datatype} can hold`);
      behind.push(bytes);
      held = `"parameters": {"binary_data_size": ${bytes.byteLength}}`;
    }
    return `{"name": ${JSON.stringify(input.name)}, "datatype": "${input.datatype}", "shape": ${JSON.stringify(shape)}, ${held}}`;
  });
  const path = card.infer;
  if (![...card.inputs, ...card.outputs].some(isHalf)) {
    const text = `{"inputs": [${tensors.join(", ")}]}`;
    return { path, headers: json, body: text, text };
  }
  const wanted = card.outputs.map(output => ({ name: output.name, parameters: { binary_data: isHalf(output) } }));
  const head = new Blob([`{"inputs": [${tensors.join(", ")}], "outputs": ${JSON.stringify(wanted)}}`]);
  return { path, headers: { "Content-Type": "application/octet-stream", "Inference-Header-Content-Length": head.size }, body: new Blob([head, ...behind]) };
}
