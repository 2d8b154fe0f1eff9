"use strict";
// The administration works without this file. It adds two comforts: one box that ticks every row
// of a list, and suggestions while somebody types the name of a related row.

const all = document.getElementById("action-toggle");
const boxes = document.querySelectorAll("input.action-select");
if (all && boxes.length) {
  all.addEventListener("change", () => boxes.forEach((box) => { box.checked = all.checked; }));
} else if (all) {
  all.disabled = true;
}

async function suggest(field) {
  const typed = field.value;
  if (/#\d+$/.test(typed)) return; // a suggestion that was taken
  const answer = await fetch(`${field.dataset.lookup}&term=${encodeURIComponent(typed)}`);
  if (!answer.ok || field.value !== typed) return; // typed on meanwhile
  const options = (await answer.json()).results.map((row) => {
    const option = document.createElement("option");
    option.value = `${row.text} #${row.id}`;
    return option;
  });
  field.list.replaceChildren(...options);
}

document.querySelectorAll("input[data-lookup]").forEach((field) => {
  let pause;
  field.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => suggest(field), 200);
  });
  field.addEventListener("focus", () => suggest(field), { once: true });
});
