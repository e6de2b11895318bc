// Posts pictures to a server and prints what they show.
//
// Usage: node predict.mjs PICTURE...
// PORTENT_URL names another server than http://localhost:8000. Nothing has to be
// installed: Node.js 18 and later bring fetch, and so do browsers.
import { readFile } from "node:fs/promises";

const server = process.env.PORTENT_URL ?? "http://localhost:8000";

async function predict(picture) {
  const form = new FormData();
  form.append("image", new Blob([picture]));
  const response = await fetch(`${server}/predict?top_k=1`, {
    method: "POST",
    body: form,
    signal: AbortSignal.timeout(30_000),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error); // it says what was expected
  return answer;
}

for (const path of process.argv.slice(2)) {
  try {
    const { label, probability } = await predict(await readFile(path));
    console.log(`${path}: ${label}, ${(100 * probability).toFixed(1)}%`);
  } catch (trouble) {
    console.error(`${path}: ${trouble.message}`);
    process.exitCode = 1;
  }
}
