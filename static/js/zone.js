"use strict";
// What the browser knows of its time zone. Each part acts only where a page asks for it.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

// Offers the browser's time zone where the form has another one. It chooses nothing by itself.
for (const hint of document.querySelectorAll("[data-zone-for]")) {
  const select = document.getElementById(hint.dataset.zoneFor);
  const button = hint.querySelector("button");
  const isOffered = [...select.options].some((option) => option.value === zone);
  if (isOffered && (select.value || hint.dataset.zone) !== zone) {
    button.textContent = button.dataset.words.replace("{zone}", zone);
    button.addEventListener("click", () => {
      select.value = zone;
      hint.hidden = true;
      select.focus();
    });
    hint.hidden = false;
  }
}

// Presets it where nobody has chosen yet: in the form of something new.
for (const select of document.querySelectorAll("[data-zone-preset]")) {
  if ([...select.options].some((option) => option.value === zone)) select.value = zone;
}

// Rewrites the instants of a page that everybody gets in the same zone, and says so.
const told = document.querySelector("[data-zone-words]");
if (told && told.dataset.zone !== zone) {
  const lang = document.documentElement.lang;
  const form = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
  for (const time of document.querySelectorAll("main time")) {
    if (!time.dateTime.includes("T")) continue;
    time.translate = false;
    time.textContent = form.format(new Date(time.dateTime)).replace(",", "");
  }
  told.textContent = told.dataset.zoneWords.replace("{zone}", zone);
}
