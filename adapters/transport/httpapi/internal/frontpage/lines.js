// Lines to copy that do what the page has just done: with curl, Go, Python and
// JavaScript, without anything to install but the language.

import { $, el, fill, copier } from "./dom.js";
import { address, hasToken } from "./server.js";

// sh quotes a word for the shell.
const sh = word => /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

// A quoted text of JSON is one of Go, Python and JavaScript too.
const quoted = JSON.stringify;

// Each makes the lines for a request: {path, type, file} for a picture's file, with
// its place on the server in sample if it has one, or {path, type, text}.
const forms = {
  curl({ path, type, file, text, sample }) {
    const token = hasToken() ? ` -H "Authorization: Bearer $TOKEN"` : "";
    const got = sample ? `curl -sS -o ${sh(file)}${token} ${sh(address(sample))}\n` : "";
    const name = /^[\w.-]+$/.test(file) ? file : `"${file?.replace(/["\\]/g, "\\$&")}"`; // as curl quotes names
    const body = file ? `-F ${sh("image=@" + name)}` : `-H ${sh("Content-Type: " + type)} -d ${sh(text)}`;
    return `${got}curl${token} ${body} ${sh(address(path))}`;
  },
  Go({ path, type, file, text }) {
    const body = file ? [`	body, err := os.Open(${quoted(file)})`, `	if err != nil {`, `		log.Fatal(err)`, `	}`] : [`	body := strings.NewReader(${quoted(text)})`];
    const imports = ["io", "log", "net/http", "os", ...(file ? [] : ["strings"])];
    return [
      `package main`, ``, `import (`, ...imports.map(name => `	"${name}"`), `)`, ``, `func main() {`, ...body,
      `	request, err := http.NewRequest("POST", ${quoted(address(path))}, body)`, `	if err != nil {`, `		log.Fatal(err)`, `	}`,
      `	request.Header.Set("Content-Type", ${quoted(type)})`,
      ...(hasToken() ? [`	request.Header.Set("Authorization", "Bearer "+os.Getenv("TOKEN"))`] : []),
      `	response, err := http.DefaultClient.Do(request)`, `	if err != nil {`, `		log.Fatal(err)`, `	}`,
      `	defer response.Body.Close()`, `	io.Copy(os.Stdout, response.Body)`, `}`,
    ].join("\n");
  },
  Python({ path, type, file, text }) {
    return [
      `import json, ${hasToken() ? "os, " : ""}urllib.request`, ``,
      file ? `body = open(${quoted(file)}, "rb").read()` : `body = ${quoted(text)}.encode()`,
      `headers = {"Content-Type": ${quoted(type)}${hasToken() ? `, "Authorization": "Bearer " + os.environ["TOKEN"]` : ""}}`,
      `request = urllib.request.Request(${quoted(address(path))}, body, headers)`,
      `print(json.load(urllib.request.urlopen(request)))`,
    ].join("\n");
  },
  JavaScript({ path, type, file, text }) {
    return [
      ...(file ? [`import { readFile } from "node:fs/promises";`, ``] : []),
      `const answer = await fetch(${quoted(address(path))}, {`, `  method: "POST",`,
      `  headers: { "Content-Type": ${quoted(type)}${hasToken() ? `, Authorization: "Bearer " + process.env.TOKEN` : ""} },`,
      `  body: ${file ? `await readFile(${quoted(file)})` : quoted(text)},`, `});`, `console.log(await answer.text());`,
    ].join("\n");
  },
};

const notes = { Go: "main.go, with: go run main.go", Python: "With Python 3, nothing to install", JavaScript: "predict.mjs, with: node predict.mjs" };

let chosen = "curl";

// showLines shows the lines for a request.
export function showLines({ path, headers, file, sample, text }) {
  const request = { path, type: headers["Content-Type"], file, sample, text };
  if (!file && !text) {
    fill($("lines"), el("p", { class: "quiet" }, "Numbers of 16 bits go behind the JSON: use a client of the Open Inference Protocol."));
    return;
  }
  const code = el("code", {});
  const note = el("span", { class: "quiet" });
  const tabs = Object.keys(forms).map(name => el("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "line", onclick: () => choose(name) }, name));
  function choose(name) {
    chosen = name;
    code.textContent = forms[name](request);
    note.textContent = [notes[name], hasToken() ? "the token comes from the variable TOKEN" : ""].filter(Boolean).join("; ");
    for (const tab of tabs) {
      const own = tab.textContent === name;
      tab.setAttribute("aria-selected", String(own));
      tab.tabIndex = own ? 0 : -1;
    }
    panel.setAttribute("aria-labelledby", `tab-${name}`);
  }
  const list = el("div", { role: "tablist", "aria-label": "Language", onkeydown: event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
    choose(next.textContent);
    next.focus();
    event.preventDefault();
  } }, ...tabs);
  const panel = el("pre", { role: "tabpanel", id: "line", tabindex: "0" }, code);
  fill($("lines"), el("div", { class: "tabs" }, list, note), el("div", { class: "code" }, copier(() => code.textContent + "\n", () => code), panel));
  choose(chosen);
}
