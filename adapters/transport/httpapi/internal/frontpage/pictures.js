// Getting a picture: dropped, pasted, chosen, taken, or one of the samples.

import { $, el, fill } from "./dom.js";
import { ask } from "./server.js";

// listen calls use(file, sample) with each picture that a person gives; sample is
// where the server has it, if it is one of its own. wanted says whether the page is
// ready for pictures.
export function listen(use, wanted, refuse) {
  const first = (files, what) => {
    if (!wanted()) return;
    if (files.length > 0) use(files[0]);
    else refuse(`what was ${what} is no file`, "a picture's file", "save the picture, and choose its file");
  };
  document.addEventListener("dragover", event => {
    event.preventDefault();
    if (wanted()) $("drop").classList.add("over");
  });
  document.addEventListener("dragleave", event => { if (!event.relatedTarget) $("drop").classList.remove("over"); });
  document.addEventListener("drop", event => {
    event.preventDefault(); // the browser would leave the page for the file
    $("drop").classList.remove("over");
    first(event.dataTransfer.files, "dropped");
  });
  document.addEventListener("paste", event => {
    if (!event.target.closest?.("input, textarea")) first(event.clipboardData.files, "pasted");
  });
  for (const input of [$("file"), $("capture")]) {
    input.addEventListener("change", () => {
      if (input.files.length > 0) use(input.files[0]);
      input.value = ""; // the same file may be chosen again
    });
  }
  $("choose").addEventListener("click", () => $("file").click());
  camera(use);
}

// camera shows what the camera sees, where the browser allows it. On other pages a
// phone takes the picture itself.
function camera(use) {
  const live = navigator.mediaDevices?.getUserMedia, button = $("camera"), dialog = $("shooting"), video = $("video");
  button.hidden = !live && !matchMedia("(pointer: coarse)").matches;
  let stream;
  button.addEventListener("click", async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      $("capture").click();
      return;
    }
    video.srcObject = stream;
    dialog.showModal();
  });
  dialog.addEventListener("close", () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    video.srcObject = null;
  });
  $("stop").addEventListener("click", () => dialog.close());
  $("shoot").addEventListener("click", () => {
    const canvas = el("canvas", { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext("2d").drawImage(video, 0, 0);
    dialog.close();
    canvas.toBlob(blob => { if (blob) use(new File([blob], "camera.png", { type: "image/png" })); }, "image/png");
  });
}

// showSamples offers the pictures that came with a model. They are fetched one after
// the other: with a token, which an img element does not send.
export async function showSamples(paths, use, wanted) {
  $("with-samples").hidden = paths.length === 0;
  $("samples").replaceChildren();
  for (const path of paths) {
    let blob;
    while (!blob && wanted()) {
      try {
        blob = await (await ask(path)).blob();
      } catch (error) {
        if (error.status !== 429) return; // there are fewer to try
        await new Promise(done => setTimeout(done, 1000));
      }
    }
    if (!wanted()) return;
    const file = decodeURIComponent(path.split("/").pop());
    const name = file.replace(/\.\w+$/, "");
    const image = el("img", { src: URL.createObjectURL(blob), alt: name, width: 64, height: 64 });
    const button = el("button", { type: "button", title: name, onclick: () => {
      use(new File([blob], file, { type: blob.type }), path);
      button.setAttribute("aria-pressed", "true");
    } }, image);
    $("samples").append(el("li", {}, button));
  }
}

// preview shows the picture that was given. A browser does not know all formats that
// the server does.
export function preview(file) {
  const image = $("preview");
  URL.revokeObjectURL(image.src);
  image.onerror = () => { image.hidden = true; };
  image.hidden = false;
  image.alt = `The picture ${file.name}`;
  image.src = URL.createObjectURL(file);
  fill($("drop-hint"), file.name);
  for (const pressed of document.querySelectorAll("#samples [aria-pressed]")) pressed.removeAttribute("aria-pressed");
}
