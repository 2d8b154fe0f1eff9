// Keeps live parts of a page honest: they do not poll while nobody looks, and say when they are stale.
"use strict";

document.addEventListener("htmx:beforeRequest", (event) => {
  const isPoll = event.detail.elt.matches("[hx-trigger^='every']");
  if (isPoll && document.hidden) event.preventDefault();
});

for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => event.detail.elt.classList.add("is-stale"));
}

document.addEventListener("htmx:afterOnLoad", (event) => event.detail.elt.classList.remove("is-stale"));

// What the reader opened stays open when the part around it is replaced.
let opened = [];
document.addEventListener("htmx:beforeSwap", (event) => {
  opened = [...event.detail.target.querySelectorAll("details[open][id]")].map((element) => element.id);
});
document.addEventListener("htmx:afterSettle", () => {
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
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
