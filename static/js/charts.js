// One cursor for all charts over time of a page, and a span chosen on one of them that goes into the address,
// within what is marked with data-zoom: pages whose server answers from and to. Its value is the id of what the
// reader finds again there, where that is far down the page.
// The charts are drawn by the server and read without this. All listeners stand on the document and all that
// is remembered are instants, so a chart may be replaced at any time.
"use strict";

(() => {
  const DRAG_PX = 6;
  let at = null; // the instant the cursor stands at, in seconds since 1970
  let anchor = null; // where a selection began
  let drag = null; // {figure, x} while the pointer is down

  const figures = () => document.querySelectorAll("figure[data-instants]");
  const figureOf = (target) => target.closest?.(".plot")?.closest("figure[data-instants]");
  const instantsOf = (figure) => (figure.dataset.instants ? figure.dataset.instants.split(" ").map(Number) : []);
  const isZoomable = (figure) => figure.closest("[data-zoom]");
  const share = (figure, instant) => {
    const { start, end } = figure.dataset;
    return `${Math.min(Math.max((instant - start) / (end - start), 0), 1) * 100}%`;
  };

  // The place among the chart's instants that is nearest to `instant`; -1 when all are more than `far` away.
  function nearest(figure, instant, far = Number(figure.dataset.gap)) {
    let best = -1;
    let distance = Infinity;
    instantsOf(figure).forEach((one, n) => {
      if (Math.abs(one - instant) >= distance) return;
      distance = Math.abs(one - instant);
      best = n;
    });
    return distance <= far ? best : -1;
  }

  function show(figure) {
    const cursor = figure.querySelector(".cursor");
    if (!cursor) return;
    const place = at === null ? -1 : nearest(figure, at);
    cursor.setAttribute("visibility", at === null ? "hidden" : "visible");
    for (const name of ["x1", "x2"]) cursor.setAttribute(name, share(figure, at ?? 0));
    figure.querySelector(".at").textContent = place < 0 ? "" : figure.dataset.times.split("|")[place];
    for (const item of figure.querySelectorAll("[data-values]")) {
      item.dataset.usual ??= item.textContent;
      item.textContent = at === null ? item.dataset.usual : item.dataset.values.split("|")[place] || "–";
    }
    const selection = figure.querySelector(".selection");
    selection.setAttribute("visibility", anchor === null || at === null ? "hidden" : "visible");
    if (anchor === null || at === null) return;
    const [low, high] = [Math.min(anchor, at), Math.max(anchor, at)];
    selection.setAttribute("x", share(figure, low));
    selection.setAttribute("width", `${parseFloat(share(figure, high)) - parseFloat(share(figure, low))}%`);
  }

  let waiting = false;
  function draw() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      figures().forEach(show);
    });
  }

  function clear() {
    at = anchor = drag = null;
    draw();
  }

  // Where the pointer is, as an instant; null left or right of the drawing unless it is held down.
  function instantAt(figure, event) {
    const box = figure.querySelector(".drawing").getBoundingClientRect();
    const part = (event.clientX - box.left) / box.width;
    if (!drag && (part < 0 || part > 1)) return null;
    const { start, end } = figure.dataset;
    return Number(start) + Math.min(Math.max(part, 0), 1) * (end - start);
  }

  function zoom(figure) {
    const [low, high] = [Math.min(anchor, at), Math.max(anchor, at)];
    const url = new URL(location.href);
    url.searchParams.delete("range");
    url.hash = isZoomable(figure)?.dataset.zoom ?? "";
    for (const [name, seconds] of [["from", low], ["to", high]])
      url.searchParams.set(name, new Date(Math.round(seconds) * 1000).toISOString().replace(".000", ""));
    location.assign(url);
  }

  // Says the values aloud, for those who move the cursor by keys: of this chart, not of all.
  function say(figure) {
    const parts = [...figure.querySelectorAll("[data-values]")].map((item) => item.parentElement.textContent.trim());
    document.getElementById("news").textContent = [figure.querySelector(".at").textContent, ...parts].join(", ").replace(/\s+/g, " ");
  }

  document.addEventListener("pointermove", (event) => {
    const figure = drag?.figure.isConnected ? drag.figure : figureOf(event.target);
    if (!figure) {
      if (at !== null && !drag && !figureOf(document.activeElement)) clear();
      return;
    }
    at = instantAt(figure, event);
    if (drag && Math.abs(event.clientX - drag.x) > DRAG_PX) anchor = drag.instant;
    draw();
  });

  document.addEventListener("pointerdown", (event) => {
    const figure = figureOf(event.target);
    if (!figure || event.button !== 0) return;
    at = instantAt(figure, event);
    anchor = null;
    // A finger reads the values; it scrolls too often to choose a span.
    if (at !== null && event.pointerType !== "touch" && isZoomable(figure)) drag = { figure, x: event.clientX, instant: at };
    draw();
  });

  document.addEventListener("pointerup", () => {
    const chosen = drag && anchor !== null && anchor !== at ? drag.figure : null;
    drag = null;
    if (chosen) zoom(chosen);
  });
  document.addEventListener("pointercancel", clear);
  document.addEventListener("selectstart", (event) => drag && event.preventDefault());

  document.addEventListener("keydown", (event) => {
    const figure = figureOf(event.target);
    if (!figure || event.ctrlKey || event.metaKey || event.altKey) return;
    const instants = instantsOf(figure);
    const place = at === null ? instants.length - 1 : nearest(figure, at, Infinity);
    const last = instants.length - 1;
    const to = { ArrowLeft: at === null ? last : place - 1, ArrowRight: place + 1, Home: 0, End: last }[event.key];
    if (event.key === "Escape") clear();
    else if (event.key === "Enter" && anchor !== null && anchor !== at) zoom(figure);
    else if (to === undefined || last < 0) return;
    else {
      if (!event.shiftKey || !isZoomable(figure)) anchor = null;
      else if (at !== null) anchor ??= at;
      at = instants[Math.min(Math.max(to, 0), last)];
      figures().forEach(show);
      say(figure);
    }
    event.preventDefault();
  });

  document.addEventListener("focusout", (event) => figureOf(event.target) && !drag && clear());
  // A part of the page was replaced by a newer one: the cursor stays where it is.
  document.addEventListener("htmx:afterSettle", () => at !== null && figures().forEach(show));
})();
