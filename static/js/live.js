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
