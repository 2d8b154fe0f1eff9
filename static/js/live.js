// Keeps pages honest: live parts do not poll while nobody looks, say when they are stale, tell of new
// alerts, and what the reader opened stays open. A form is sent once. Without script all pages still work.
"use strict";

// The policy of the site forbids eval, so htmx cannot filter its triggers: it is done here.
document.addEventListener("htmx:beforeRequest", (event) => {
  const isPoll = event.detail.elt.matches("[hx-trigger*='every']");
  const isInUse = event.detail.elt.contains(document.activeElement?.closest("dialog[open], [data-busy]"));
  if (isPoll && (document.hidden || isInUse)) event.preventDefault();
});

// Who comes back to the page sees it fresh at once.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) for (const part of document.querySelectorAll("[data-live]")) htmx.trigger(part, "refresh");
});

// Said at the foot of the screen for as long as one part of the page goes without an answer.
const stale = new Set();
function setStale(event, isStale) {
  if (!event.detail.elt.matches?.("[data-live]")) return;
  stale[isStale ? "add" : "delete"](event.detail.elt.id);
  const words = document.getElementById("updated");
  if (!words) return;
  words.dataset.fresh ??= words.textContent;
  const told = stale.size ? words.dataset.stale : words.dataset.fresh;
  if (words.textContent !== told) words.textContent = told; // else it would be read aloud at every poll
  words.classList.toggle("stale-note", stale.size > 0);
  const at = document.getElementById("as-of");
  if (at && !isStale) {
    const zone = at.dataset.zone || undefined;
    const { lang } = document.documentElement; // English as such has 24 hours here, American English has 12
    at.textContent = new Date().toLocaleTimeString(lang === "en" ? "en-GB" : lang, { hour: "numeric", minute: "2-digit", timeZone: zone });
  }
}
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) document.addEventListener(name, (event) => setStale(event, true));
document.addEventListener("htmx:afterOnLoad", (event) => setStale(event, false));

// A session that ended answers with the sign-in page, which does not belong into a part of this one.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.responseURL && new URL(event.detail.xhr.responseURL).pathname.startsWith("/accounts/login")) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});

// What the reader opened, wrote or marked stays so when the part around it is morphed.
if (window.Idiomorph) {
  const keeps = new Set(["open", "checked", "value", "aria-expanded", "data-at"]);
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) => !(keeps.has(name) && node.matches?.("details, input, textarea, select, [data-keep]"));
}

// A new alert is told politely, once in this tab.
document.addEventListener("htmx:afterSettle", () => {
  const bell = document.getElementById("bell");
  if (!bell?.dataset.newest) return; // it has not answered yet, and what is open already is no news
  const newest = Number(bell.dataset.newest);
  const known = Number(sessionStorage.getItem("newest-alert") ?? -1);
  if (newest > known && known >= 0) document.getElementById("news").textContent = bell.dataset.news;
  sessionStorage.setItem("newest-alert", Math.max(newest, known));
});

// A form is sent once: the button rests after the first click, until the page is shown again.
const resting = new Set();
document.addEventListener("submit", ({ target, submitter, defaultPrevented }) => {
  if (defaultPrevented || target.method !== "post" || !submitter) return;
  resting.add(submitter);
  setTimeout(() => (submitter.disabled = true)); // after the event, or its name would not be sent
});
window.addEventListener("pageshow", () => {
  for (const button of resting) button.disabled = false;
  resting.clear();
});

// What was done is told until the reader closes it.
for (const button of document.querySelectorAll("[data-close]")) button.hidden = false;
document.addEventListener("click", ({ target }) => target.closest("[data-close]")?.parentElement.remove());

// Who has chosen no time zone is told where theirs is not the page's.
const offer = document.getElementById("zone-offer");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (offer && here !== document.getElementById("as-of").dataset.zone) {
  offer.textContent = offer.dataset.words.replace("{zone}", here);
  offer.hidden = false;
}

// A menu closes when something else is touched or gets the focus, or Escape is pressed.
for (const kind of ["click", "focusin"]) document.addEventListener(kind, ({ target }) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
});
document.addEventListener("keydown", ({ key, target }) => {
  const menu = key === "Escape" && target.closest?.("details.menu[open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
});
