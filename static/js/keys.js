// Single keys: ? shows them, / searches, g and a letter goes to a part of the site, and in a list marked
// with data-keys="list" j and k move from one data-key-item to the next: to its first link, or to itself,
// which then has a tabindex. o opens it, and any other letter presses what carries it as data-key there, or
// else outside of any list. Never while typing, never with Ctrl, Alt or ⌘, and not at all for a reader who
// switched them off (WCAG 2.1.4).
"use strict";

{
  const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";
  const TOGETHER_MS = 1500; // between g and its letter
  let goUntil = 0;

  // Keyboards that write no Latin letters are read by the place of the key.
  const letterOf = ({ key, code }) => (key > "~" && code.startsWith("Key") ? code.slice(3).toLowerCase() : key);

  const press = (element) => {
    element?.click();
    return Boolean(element);
  };

  const itemsOf = () => [...document.querySelectorAll("[data-keys=list] [data-key-item]")];

  function move(step) {
    const items = itemsOf();
    if (!items.length) return false;
    const now = items.findIndex((item) => item.contains(document.activeElement));
    const next = now < 0 ? 0 : Math.min(Math.max(now + step, 0), items.length - 1);
    (items[next].querySelector("a[href]") ?? items[next]).focus({ preventScroll: true });
    items[next].scrollIntoView({ block: "nearest" });
    return true;
  }

  function act(key) {
    const isGoing = performance.now() < goUntil;
    goUntil = key === "g" && !isGoing ? performance.now() + TOGETHER_MS : 0;
    if (goUntil) return true;
    if (isGoing) return press(document.querySelector(`[data-go="${CSS.escape(key)}"]`));
    if (key === "?") return press(document.querySelector('[data-opens="keys"]'));
    if (key === "/") return press(document.querySelector("[data-palette]"));
    if (key === "j" || key === "k") return move(key === "j" ? 1 : -1);
    const item = document.activeElement.closest("[data-keys=list] [data-key-item]");
    if (key === "o") return press(item?.querySelector("a[href]"));
    const carrier = `[data-key="${CSS.escape(key)}"]`;
    return press(item?.querySelector(carrier) ?? document.querySelector(`main ${carrier}:not([data-key-item] *)`));
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.key.length > 1) return;
    if (document.body.dataset.shortcuts === "off" || document.querySelector("dialog[open]")) return;
    if (event.target.closest(TYPING)) return;
    if (act(letterOf(event))) event.preventDefault();
  });

  // Who presses a button that has a key in one entry of a list goes on at the next one. Without this file
  // the address names the button that takes it back, and the browser goes there.
  document.addEventListener("submit", ({ submitter }) => {
    const items = itemsOf();
    const at = submitter?.dataset.key ? items.findIndex((item) => item.contains(submitter)) : -1;
    const next = at < 0 ? null : (items[at + 1] ?? items[at - 1]);
    sessionStorage.setItem("go-on", next?.querySelector("a[id]")?.id ?? "");
  });
  const place = sessionStorage.getItem("go-on");
  sessionStorage.removeItem("go-on");
  if (place && document.getElementById(place)) location.replace(`#${place}`);

  for (const opener of document.querySelectorAll("[data-opens]")) opener.hidden = false;
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  });
}
