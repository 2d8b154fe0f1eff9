// Copies what an element says: <button data-copy="id of the element" data-done="Copied" hidden>. Without
// script the buttons stay hidden, and the text can be marked by hand as always.
"use strict";

{
  const SHOWN_MS = 2000; // how long a button says what it did

  function show() {
    for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
  }

  function mark(element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  function say(button, words) {
    button.dataset.words ??= button.innerHTML;
    button.textContent = words;
    const news = document.getElementById("news");
    if (news) news.textContent = words;
    setTimeout(() => (button.innerHTML = button.dataset.words), SHOWN_MS);
  }

  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copy]");
    const element = button && document.getElementById(button.dataset.copy);
    if (!element) return;
    try {
      await navigator.clipboard.writeText(element.textContent);
      say(button, button.dataset.done);
    } catch { // no permission, or a site without https: the reader presses Ctrl C
      mark(element);
      say(button, button.dataset.marked);
    }
  });

  show();
  document.addEventListener("htmx:afterSettle", show);
}
