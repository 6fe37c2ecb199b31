// Keys, copying, a span beside its request, and what arrives while somebody looks. Without it every page still works.
"use strict";

const byId = (id) => document.getElementById(id);
const say = (text) => { byId("said").textContent = text; };

// ---- rows and keys -------------------------------------------------------------------------------------------------

// Those of a waterfall are always there; to ask each whether it is visible would have it laid out.
const isThere = (row) => Boolean(row.closest(".r")) || (row.checkVisibility?.() ?? true);
const rows = () => [...document.querySelectorAll("[data-nav], .r a")].filter(isThere);

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  const chosen = at < 0 ? all.findIndex((row) => row.classList.contains("chosen")) : at;
  const next = all[Math.min(Math.max(chosen < 0 ? (by > 0 ? 0 : all.length - 1) : chosen + by, 0), all.length - 1)];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

const isTyping = (element) => element.matches?.("input:not([type=checkbox]), select, textarea");
const goTo = { t: "/", l: "/logs", e: "/metrics", a: "/alerts", s: "/services", m: "/map" };
let going = 0;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (byId("help").open) return;
  if (event.key === "Escape") return leave(event);
  if (isTyping(event.target)) return;
  if (going && Date.now() - going < 1200 && goTo[event.key]) { location.href = goTo[event.key]; return; }
  going = 0;
  const acts = {
    j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1),
    "/": () => byId("find").focus(), "?": () => byId("help").showModal(), g: () => { going = Date.now(); },
  };
  const inPanel = byId("panel")?.contains(event.target) || event.target.closest?.(".scroll.map, pre");
  if (!acts[event.key] || (event.key.startsWith("Arrow") && inPanel)) return;
  event.preventDefault();
  acts[event.key]();
});

byId("keys").addEventListener("click", () => byId("help").showModal());

function leave(event) {
  if (isTyping(event.target)) { event.target.blur(); return; }
  if (byId("panel") && !byId("panel").hidden) { event.preventDefault(); closePanel(); return; }
  if (byId("beside")) {
    event.preventDefault();
    if (navigation_began_here()) history.back(); else location.href = "/";
  }
}

const navigation_began_here = () => sessionStorage.getItem("from") !== null && history.length > 1;

// The row that was opened has the focus again when one comes back.
document.addEventListener("click", (event) => {
  const row = event.target.closest("ol.traces a[data-nav]");
  if (row) { sessionStorage.setItem("opened", row.getAttribute("href")); sessionStorage.setItem("from", location.href); }
});
addEventListener("pageshow", () => {
  const opened = sessionStorage.getItem("opened");
  if (!byId("live") || !opened || sessionStorage.getItem("from") !== location.href) return;
  sessionStorage.removeItem("opened");
  document.querySelector(`ol.traces a[href="${CSS.escape(opened)}"]`)?.focus({ preventScroll: true });
});

// ---- a span beside its request -------------------------------------------------------------------------------------

let asked = 0;
async function openSpan(link, whole) {
  const panel = byId("panel");
  const trace = link.closest("[data-trace]")?.dataset.trace ?? panel.dataset.trace;
  const key = link.dataset.span ?? link.dataset.whole ?? new URL(link.href).searchParams.get("span");
  const mine = ++asked;
  let answer;
  try {
    answer = await fetch(`/trace/${trace}/span/${encodeURIComponent(key)}${whole ? "?whole=1" : ""}`);
  } catch { say("The page does not answer"); return; }
  if (mine !== asked) return;
  if (!answer.ok) { location.href = link.href; return; }
  panel.innerHTML = await answer.text();
  panel.dataset.trace = trace;
  panel.hidden = false;
  byId("beside").classList.add("open");
  choose(trace, key);
  if (location.pathname.startsWith("/trace/")) {
    const here = new URL(location.href);
    here.searchParams.set("span", key);
    history.replaceState(null, "", here);
  }
  panel.scrollTop = 0;
  byId("span-title").focus();
}

const rowOf = (trace, key) =>
  document.querySelector(`[data-trace="${trace}"] .r a[href$="?span=${CSS.escape(encodeURIComponent(key))}"]`);

function choose(trace, key) {
  document.querySelector(".chosen")?.classList.remove("chosen");
  const row = key && rowOf(trace, key);
  row?.classList.add("chosen");
  row?.scrollIntoView({ block: "nearest" });
}

function closePanel() {
  const chosen = document.querySelector(".chosen");
  byId("panel").hidden = true;
  byId("beside").classList.remove("open");
  if (location.pathname.startsWith("/trace/")) {
    const here = new URL(location.href);
    here.searchParams.delete("span");
    here.searchParams.delete("whole");
    history.replaceState(null, "", here);
  }
  (chosen ?? rows()[0])?.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = event.target.closest(".r a, [data-span], [data-whole], [data-close]");
  if (!link || !byId("panel")) return;
  event.preventDefault();
  if ("close" in link.dataset) closePanel();
  else openSpan(link, "whole" in link.dataset);
});

// What is cut is told to who points at it.
document.addEventListener("mouseover", (event) => {
  const text = event.target.closest?.(".l, .message, .n > span, .what");
  if (text && !text.title && text.scrollWidth > text.clientWidth) text.title = text.textContent.trim();
});

if (byId("panel") && !byId("panel").hidden) {
  const trace = document.querySelector("[data-trace]").dataset.trace;
  byId("panel").dataset.trace = trace;
  choose(trace, new URLSearchParams(location.search).get("span"));
}

// A request that is still arriving: what has come since is told, and shown when that is wanted.
const arriving = byId("arriving");
if (arriving) {
  let growth = null;
  const watch = () => {
    growth?.close();
    if (document.hidden || arriving.dataset.quiet) return;
    growth = new EventSource(`/trace/${arriving.querySelector("[data-trace]").dataset.trace}/live`);
    growth.addEventListener("quiet", () => { arriving.dataset.quiet = "1"; growth.close(); });
    growth.addEventListener("size", (event) => {
      const { spans, logs } = JSON.parse(event.data);
      const more = [[spans - arriving.dataset.spans, "span"], [logs - arriving.dataset.logs, "log"]]
        .filter(([number]) => number > 0).map(([number, noun]) => `${number} more ${noun}${number > 1 ? "s" : ""}`);
      byId("more").hidden = !more.length;
      byId("more").textContent = `${more.join(", ")} ↻`;
    });
  };
  byId("more").addEventListener("click", () => location.reload());
  document.addEventListener("visibilitychange", watch);
  addEventListener("pagehide", () => growth?.close());
  watch();
}

// ---- copying -------------------------------------------------------------------------------------------------------

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch { say("The browser does not allow copying here"); return; }
  button.classList.add("done");
  say("Copied");
  setTimeout(() => button.classList.remove("done"), 1200);
});

// ---- addresses that can be shared ----------------------------------------------------------------------------------

for (const form of document.querySelectorAll("form.filters")) {
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
  });
}
addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form.filters :disabled")) field.disabled = false;
});

// ---- what arrives --------------------------------------------------------------------------------------------------

const live = byId("live"), list = byId("rows"), fresh = byId("fresh");
const MOST_ROWS = 2000;
let source = null, waiting = [], skipped = 0;

function connect() {
  disconnect();
  if (live.getAttribute("aria-pressed") !== "true" || document.hidden) return;
  source = new EventSource(live.dataset.live);
  source.onopen = () => { live.dataset.state = "on"; };
  source.onerror = () => {
    live.dataset.state = "lost";
    if (source?.readyState === EventSource.CLOSED) { disconnect(); setTimeout(connect, 5000); }
  };
  source.addEventListener("lost", () => { live.dataset.state = "lost"; });
  source.addEventListener("rows", (event) => arrived(JSON.parse(event.data)));
  source.addEventListener("begin", (event) => remember(event));
  source.addEventListener("records", (event) => {
    remember(event);
    const told = JSON.parse(event.data);
    skipped += told.skipped;
    arrived(told.rows);
  });
}

// A page that nobody looks at holds no connection: a browser has but six for one address.
function disconnect() {
  source?.close();
  source = null;
  live.dataset.state = "off";
}

function remember(event) {
  const next = new URL(live.dataset.live, location.href);
  next.searchParams.set("after", event.lastEventId);
  live.dataset.live = next.pathname + next.search;
}

const isTraces = () => live.dataset.kind === "traces";

// Nothing moves under the pointer or the focus of somebody who is about to choose.
function isBusy() {
  if (isTraces()) return scrollY > 80 || list.matches(":hover") || list.contains(document.activeElement);
  return innerHeight + scrollY < document.documentElement.scrollHeight - 120;
}

function arrived(news) {
  const isUpdate = (one) => one.id && byId(`t-${one.id}`);
  for (const one of news.filter(isUpdate)) update(one);
  waiting.push(...news.filter((one) => !isUpdate(one)));
  const most = isTraces() ? 500 : MOST_ROWS;
  if (waiting.length > most) waiting = waiting.slice(-most);
  if (!isBusy()) show(); else offer();
}

function update(one) {
  const row = byId(`t-${one.id}`);
  if (row.dataset.version === one.version) return;
  const hadFocus = row.contains(document.activeElement);
  row.dataset.version = one.version;
  row.innerHTML = one.html;
  if (hadFocus) row.firstElementChild.focus({ preventScroll: true });
}

function offer() {
  const known = new Map(waiting.map((one) => [one.id ?? one, one]));
  waiting = [...known.values()];
  fresh.hidden = !waiting.length;
  fresh.textContent = `${waiting.length.toLocaleString("en")} new ${isTraces() ? "↑" : "↓"}`;
}

function show() {
  const news = waiting;
  waiting = [];
  fresh.hidden = true;
  if (!news.length) return;
  byId("empty")?.remove();
  if (isTraces()) showTraces(news); else showRecords(news);
  byId("count").textContent = list.childElementCount.toLocaleString("en");
}

function showTraces(news) {
  for (const one of news.sort((a, b) => (BigInt(a.start) < BigInt(b.start) ? -1 : 1))) {
    if (byId(`t-${one.id}`)) { update(one); continue; }
    const row = document.createElement("li");
    row.id = `t-${one.id}`;
    row.dataset.version = one.version;
    row.dataset.start = one.start;
    row.className = "new";
    row.innerHTML = one.html;
    const older = [...list.children].find((other) => BigInt(other.dataset.start) <= BigInt(one.start));
    list.insertBefore(row, older ?? null);
  }
  while (list.childElementCount > 500) list.lastElementChild.remove();
}

function showRecords(news) {
  const atEnd = !isBusy();
  const part = document.createElement("template");
  part.innerHTML = news.join("");
  for (const row of part.content.children) row.classList.add("new");
  if (skipped) {
    const gap = document.createElement("li");
    gap.className = "more";
    gap.textContent = `${skipped.toLocaleString("en")} more lines arrived at once; the terminal shows each: logs --follow`;
    part.content.prepend(gap);
    skipped = 0;
  }
  list.append(part.content);
  while (list.childElementCount > MOST_ROWS) list.firstElementChild.remove();
  if (atEnd) toEnd();
}

const toEnd = () => scrollTo(0, document.documentElement.scrollHeight);

if (live) {
  live.addEventListener("click", () => {
    live.setAttribute("aria-pressed", live.getAttribute("aria-pressed") === "true" ? "false" : "true");
    connect();
  });
  fresh.addEventListener("click", () => {
    show();
    if (isTraces()) scrollTo(0, 0); else toEnd();
  });
  document.addEventListener("visibilitychange", connect);
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", connect);
  if (!isTraces() && list.childElementCount) toEnd();
}
