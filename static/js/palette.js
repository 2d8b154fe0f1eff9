// The command palette: Ctrl/⌘ K or a link with data-palette opens it; without this file that link leads
// to /search/. A combobox with a listbox after the ARIA Authoring Practices: focus stays in the field.
"use strict";

const palette = document.getElementById("palette");
if (palette) {
  const input = palette.querySelector("[role=combobox]");
  const list = document.getElementById("palette-list");
  const start = document.getElementById("palette-start");
  const hits = document.getElementById("palette-hits");
  const status = palette.querySelector("[role=status]");
  const WAIT_MS = 30;
  let frequent = null; // what the server offers before anything is typed
  let asking = null; // ends the question under way, so that its answer is not shown
  let timer = 0;
  let marked = null;
  let isEager = false; // Enter came before the answer

  const options = () => [...list.querySelectorAll("[role=option]:not([hidden] *)")];

  function mark(option) {
    marked?.removeAttribute("aria-selected");
    marked = option ?? null;
    marked?.setAttribute("aria-selected", "true");
    marked?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", marked?.id ?? "");
  }

  function show(html, text) {
    hits.innerHTML = html; // of our own server, escaped there
    start.hidden = text !== "";
    list.querySelectorAll("[role=option]").forEach((option, index) => (option.id = `palette-${index}`));
    if (!marked?.isConnected || text) mark(options()[0]);
    status.textContent = hits.firstElementChild?.dataset.words ?? "";
    if (isEager) open(marked, {});
  }

  async function ask() {
    const text = input.value.trim();
    const question = (asking = new AbortController());
    try {
      const address = `${input.form.action}?q=${encodeURIComponent(text)}`;
      const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: question.signal });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const html = await answer.text();
      if (question !== asking) return;
      asking = null;
      if (text === "") frequent = html;
      show(html, text);
    } catch {
      if (question !== asking) return;
      asking = null;
      show("", text);
      status.textContent = list.dataset.failed;
    }
  }

  function forget() {
    clearTimeout(timer);
    asking?.abort();
    asking = null;
    isEager = false;
  }

  function open(option, { ctrlKey, metaKey, shiftKey }) {
    isEager = false;
    if (!option) return input.form.submit();
    option.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
  }

  function toggle() {
    if (palette.open) return palette.close();
    input.value = "";
    palette.showModal();
    mark(null);
    show(frequent ?? "", "");
    if (frequent === null) ask();
  }

  input.addEventListener("input", () => {
    forget();
    mark(null); // what stands there answers another question
    asking = new AbortController();
    timer = setTimeout(ask, WAIT_MS);
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const all = options();
      const from = all.indexOf(marked);
      mark(all[(from < 0 ? (step > 0 ? 0 : all.length - 1) : from + step + all.length) % all.length]);
    } else if (event.key === "Enter") {
      if (asking && !marked) isEager = true;
      else open(marked, event);
    } else return;
    event.preventDefault();
  });

  palette.addEventListener("close", forget);
  palette.addEventListener("click", (event) => {
    if (event.target === palette || event.target.closest("[role=option]")) palette.close();
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-palette]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    toggle();
  });

  document.addEventListener("keydown", (event) => {
    // The second half is for keyboards whose K writes no Latin letter.
    const isK = event.key.toLowerCase() === "k" || (event.key > "~" && event.code === "KeyK");
    if (!isK || event.ctrlKey === event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    toggle();
  });
}
