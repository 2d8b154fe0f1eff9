// What is to be known of a page that has loaded. Evaluated in it by the browser tests, not by the site.
(() => {
  "use strict";

  const path = (element) => {
    const own = element.id ? `#${element.id}` : element.classList.length ? `.${[...element.classList].join(".")}` : "";
    const parent = element.parentElement && element.parentElement !== document.body ? element.parentElement : null;
    const name = element.tagName.toLowerCase() + own;
    return parent ? `${parent.tagName.toLowerCase()}${parent.classList[0] ? `.${parent.classList[0]}` : ""} > ${name}` : name;
  };

  const paints = () =>
    new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))));

  const entries = (type) =>
    new Promise((resolve) => {
      new PerformanceObserver((list) => resolve(list.getEntries())).observe({ type, buffered: true });
      setTimeout(() => resolve([]), type === "layout-shift" ? 30 : 300);
    });

  // Largest contentful paint in ms, cumulative layout shift, size of the document.
  const measure = async () => {
    await paints();
    const [largest, shifts] = await Promise.all([entries("largest-contentful-paint"), entries("layout-shift")]);
    return {
      lcp_ms: largest.length ? largest.at(-1).startTime : null,
      cls: shifts.filter((entry) => !entry.hadRecentInput).reduce((sum, entry) => sum + entry.value, 0),
      nodes: document.querySelectorAll("*").length,
    };
  };

  // What makes the page scroll sideways, if it does.
  const sideways = () => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const isClipped = (element) => {
      for (let up = element.parentElement; up; up = up.parentElement)
        if (getComputedStyle(up).overflowX !== "visible") return true;
      return false;
    };
    const wide = [...document.body.querySelectorAll("*")].filter(
      (element) => element.getBoundingClientRect().right > width + 0.5 && !isClipped(element),
    );
    const deepest = wide.filter((element) => !wide.some((other) => other !== element && element.contains(other)));
    return [`${document.documentElement.scrollWidth} px at ${width} px`, ...deepest.slice(0, 3).map(path)];
  };

  // under: what something open lies over. Axe minds what is half covered there, WCAG 2.5.8 does not: who closes it
  // has all of it again. Without anything open it is examined as part of its page.
  const axeRun = async (rules, under) => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const runOnly = rules ? { type: "rule", values: rules } : { type: "tag", values: tags };
    const found = await axe.run(under ? { exclude: under } : document, { runOnly, resultTypes: ["violations"], preload: false });
    return found.violations.map(({ id, impact, help, nodes }) => ({
      id,
      impact,
      help,
      count: nodes.length,
      nodes: nodes.slice(0, 4).map((node) => ({
        target: node.target.join(" "),
        html: node.html.slice(0, 160),
        why: node.failureSummary.split("\n").slice(1, 3).join(" ").trim(),
      })),
    }));
  };

  // Fill the page's form so that no server accepts it, and send it. Returns whether there is such a form.
  const sendNonsense = () => {
    const fields = "input:not([type=hidden]):not([type=submit]), textarea, select";
    const form = [...document.querySelectorAll("main form, #content form")].find(
      (form) => form.method === "post" && form.querySelector(fields),
    );
    if (!form) return false;
    for (const field of form.querySelectorAll(fields)) {
      if (field.matches("select")) {
        field.add(new Option("nonsense", "nonsense"));
        field.value = "nonsense";
      } else if (field.matches("[type=checkbox], [type=radio], [type=file]")) {
        field.checked = false;
      } else {
        field.removeAttribute("maxlength");
        if (field.matches("input:not([type=password])")) field.type = "text";
        field.value = field.required ? "" : "nonsense ".repeat(600);
      }
    }
    form.noValidate = true;
    const send = form.querySelector("[type=submit], button:not([type=button])");
    form.requestSubmit(send);
    return true;
  };

  // Latin words that never passed through gettext, with where they stand. Addresses, paths and files are no words of
  // ours, nor are the names of zones and languages.
  const KEPT = /\b(Courseops|UTC|GitLab|[1-5]XX)\b|https?:\/\/\S+|\S+@\S+|[\w-]+(\/[\w-]+)+|\b[\w-]+\.(csv|txt|zip)\b/g;
  const WORD = /[A-Za-z]{2,}/;
  const OUTSIDE =
    "script, style, bdi, code, pre, kbd, samp, textarea, template, noscript, [translate=no], [name=time_zone], [name=language]";
  // In the administration: what rows hold, rights (Django stores their names), a text of Django's with tags within.
  const DATA_OF_PANEL = "tbody [class*=field-], .readonly, #id_user_permissions, .messagelist, .breadcrumbs, summary + ul a[href^='?']";
  const unmarked = () => {
    const found = [];
    const look = (text, element, where) => {
      const rest = text.replace(/⟦[^⟧]*⟧/g, " ").replace(/⟦.*$/gs, " ").replace(/^.*⟧/gs, " ").replace(KEPT, " ");
      if (WORD.test(rest)) found.push(`${rest.replace(/\s+/g, " ").trim().slice(0, 90)} [${where} ${path(element)}]`);
    };
    const row = document.querySelector("main .lead[translate=no]"); // a page about a row has its name in the title
    look(document.title.replace(row?.textContent ?? "", ""), document.documentElement, "title");
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!element.closest(`${OUTSIDE}, ${DATA_OF_PANEL}`)) look(walker.currentNode.data, element, "text");
    }
    for (const element of document.body.querySelectorAll("*")) {
      if (element.closest(`[translate=no], ${DATA_OF_PANEL}`)) continue;
      for (const name of ["aria-label", "title", "alt", "placeholder", "aria-description", "aria-roledescription"])
        if (element.hasAttribute(name) && !element.matches("time")) look(element.getAttribute(name), element, name);
      if (element.matches("input[type=submit], input[type=button]")) look(element.value, element, "value");
    }
    return found;
  };

  // Marked text that does not fit where it stands.
  const cutOff = () =>
    [...document.body.querySelectorAll("*")]
      .filter((element) => {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.includes("⟦"));
        if (!own || element.matches(".visually-hidden, option, title, desc, .tile *") /* a tile is cut, and leads to all of it */ || element.closest(".visually-hidden, svg"))
          return false;
        const style = getComputedStyle(element);
        const clips = [style.overflowX, style.overflowY].some((value) => value === "hidden" || value === "clip");
        const isCut = element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1;
        return clips && isCut && element.clientWidth > 1;
      })
      .map((element) => `${element.textContent.trim().slice(0, 60)} [${path(element)}]`);

  window.tests = { measure, sideways, axeRun, sendNonsense, unmarked, cutOff, paints };
})();
