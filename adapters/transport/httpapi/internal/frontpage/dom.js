// Small tools for the page's elements. Text is always text: nothing here makes
// markup of what comes from a server or a file.

export const $ = id => document.getElementById(id);

// el makes an element: el("p", {class: "x"}, "text", another element).
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter(child => child != null));
  return element;
}

// fill replaces what is in an element, and shows the element if there is something.
export function fill(element, ...children) {
  element.replaceChildren(...children.filter(child => child != null));
  element.hidden = children.length === 0;
}

// copier makes a button that copies a text. Browsers have no clipboard on pages that
// come over plain HTTP from another machine; there the text is selected and copied.
export function copier(text, from) {
  const button = el("button", { type: "button", class: "copy", onclick: async () => {
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      getSelection().selectAllChildren(from());
      if (!document.execCommand("copy")) return;
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  } }, "Copy");
  button.setAttribute("aria-live", "polite");
  return button;
}

// failure shows what the server, or this page, refuses, and what to do about it.
export function failure(error, again) {
  const parts = [["Expected", error.expected], ["Came", error.got], ["Where", error.path], ["What to do", error.hint], ["Request", error.request_id]];
  const details = el("dl");
  for (const [name, text] of parts) if (text) details.append(el("dt", {}, name), el("dd", {}, text));
  return el("div", { class: "error", role: "alert" },
    el("p", {}, el("strong", {}, error.message)),
    details.children.length > 0 ? details : null,
    again ? el("button", { type: "button", onclick: again }, "Try again") : null);
}
