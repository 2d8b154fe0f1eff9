"use strict";
// Offers the browser's time zone where the form has another one. It chooses nothing by itself.
for (const hint of document.querySelectorAll("[data-zone-for]")) {
  const select = document.getElementById(hint.dataset.zoneFor);
  const button = hint.querySelector("button");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
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
