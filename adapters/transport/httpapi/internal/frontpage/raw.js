// Numbers of 16 bits, which have no JSON form: they go behind the JSON, as the Open
// Inference Protocol has it.

import { exact } from "./server.js";

export const isHalf = ({ datatype }) => datatype === "FP16" || datatype === "BF16";

const wide = new DataView(new ArrayBuffer(4));

// pack rounds numbers to the nearest of a datatype. One that is none, or too large,
// is undefined.
export function pack(numbers, datatype) {
  const view = new DataView(new ArrayBuffer(2 * numbers.length));
  numbers.forEach((x, i) => {
    if (datatype === "FP16") {
      view.setFloat16(2 * i, x, true);
    } else {
      wide.setFloat32(0, x);
      const bits = wide.getUint32(0);
      view.setUint16(2 * i, (bits + 0x7fff + (bits >>> 16 & 1)) >>> 16, true);
    }
  });
  const fits = numbers.every(x => typeof x === "number") && unpack(view, datatype).every(Number.isFinite);
  return fits ? view.buffer : undefined;
}

function unpack(view, datatype) {
  return Array.from({ length: view.byteLength / 2 }, (_, i) => {
    if (datatype === "FP16") return view.getFloat16(2 * i, true);
    wide.setUint32(0, view.getUint16(2 * i, true) << 16);
    return wide.getFloat32(0);
  });
}

// readAnswer reads an answer's JSON, and what is behind it.
export function readAnswer(headers, buffer) {
  let at = Number(headers.get("Inference-Header-Content-Length") ?? buffer.byteLength);
  const answer = exact(new TextDecoder().decode(new Uint8Array(buffer, 0, at)));
  for (const output of answer.outputs ?? []) {
    const size = output.parameters?.binary_data_size;
    if (size === undefined) continue;
    output.data = unpack(new DataView(buffer, at, size), output.datatype);
    at += size;
  }
  return answer;
}
