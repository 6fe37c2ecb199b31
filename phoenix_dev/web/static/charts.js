// Charts: what they say at a time, by mouse, finger and keyboard; a time chosen on one is shown on all; what is new.
// Without it every chart still stands there with its legend, and the time is chosen by the buttons.
"use strict";

const charts = byId("charts");
const parsed = new WeakMap();
const dataOf = (figure) => {
  if (!parsed.has(figure)) parsed.set(figure, JSON.parse(figure.dataset.chart));
  return parsed.get(figure);
};
const figureOf = (element) => element.closest?.("[data-chart]");
const allCharts = () => [...charts.querySelectorAll("[data-chart]")];

// ---- one time ------------------------------------------------------------------------------------------------------

function part(plot, name) {
  let found = plot.querySelector(`:scope > .${name}`);
  if (!found) {
    found = document.createElement("div");
    found.className = name;
    plot.append(found);
  }
  return found;
}

function clear() {
  for (const one of charts.querySelectorAll(".cursor, .tip, .knob")) one.remove();
  for (const one of charts.querySelectorAll(".near")) one.classList.remove("near");
}

const across = (data, index) => (100 * index) / Math.max(1, data.times.length - 1);

// The single request nearest to a time, where one is within two steps of it.
function pointAt(data, index) {
  const x = across(data, index), reach = 2 * across(data, 1);
  const near = data.points.filter((point) => Math.abs(point.x - x) <= reach);
  return near.sort((a, b) => Math.abs(a.x - x) - Math.abs(b.x - x))[0];
}

const saidAt = (data, index) => data.lines
  .map((line) => ({ ...line, value: line.values[index], y: line.at[index] }))
  .filter((line) => line.value !== null)
  .sort((a, b) => a.y - b.y);

function show(figure, index) {
  clear();
  for (const other of allCharts()) {
    const data = dataOf(other), plot = other.querySelector(".plot");
    if (index < data.times.length) part(plot, "cursor").style.left = `${across(data, index)}%`;
  }
  const data = dataOf(figure), plot = figure.querySelector(".plot");
  for (const line of saidAt(data, index).filter((one) => one.y !== null)) {
    const knob = document.createElement("div");
    knob.className = `knob h${line.hue}`;
    knob.style.left = `${across(data, index)}%`;
    knob.style.top = `${line.y}%`;
    plot.append(knob);
  }
  fill(part(plot, "tip"), data, index);
  plot.setAttribute("aria-valuenow", index);
  plot.setAttribute("aria-valuetext", inWords(data, index));
}

function fill(tip, data, index) {
  const row = (name, value, hue) => {
    const line = document.createElement("p");
    const [left, right] = [document.createElement("span"), document.createElement("b")];
    left.className = hue === undefined ? "of" : hue === null ? "" : `name h${hue}`;
    left.textContent = name || "all";
    right.textContent = value;
    line.append(left, right);
    return line;
  };
  const said = saidAt(data, index);
  tip.replaceChildren(row(data.words[index], said.length ? "" : "nothing"), ...said.map((one) => row(one.name, one.value, one.hue)));
  const point = pointAt(data, index);
  if (point) tip.append(row(point.words, "○"));
  place(tip, across(data, index) / 100);
}

// Beside what it is about, and within the window: below a chart where there is room, else above it, else on it.
function place(tip, part) {
  const box = tip.parentElement.getBoundingClientRect(), [width, height] = [tip.offsetWidth, tip.offsetHeight + 30];
  const right = box.width * part + 12, end = document.documentElement.clientWidth - box.left - width - 8;
  tip.style.left = `${Math.max(8 - box.left, Math.min(right <= end ? right : right - width - 24, end))}px`;
  tip.classList.toggle("below", box.bottom + height < innerHeight);
  tip.classList.toggle("above", box.bottom + height >= innerHeight && box.top > height + 50);
}

function inWords(data, index) {
  const said = saidAt(data, index).map((one) => `${one.name || "all"} ${one.value}`);
  const point = pointAt(data, index);
  return `${data.words[index]}: ${said.join(", ") || "nothing"}${point ? `; Enter opens the trace of ${point.words}` : ""}`;
}

function indexAt(plot, event) {
  const box = plot.getBoundingClientRect(), last = dataOf(figureOf(plot)).times.length - 1;
  return Math.round(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * last);
}

// ---- a time from, to -----------------------------------------------------------------------------------------------

let began = null; // {figure, from, to, x}

function mark() {
  const plot = began.figure.querySelector(".plot"), data = dataOf(began.figure);
  const [first, last] = [began.from, began.to].sort((a, b) => a - b);
  const shade = part(plot, "selected");
  shade.style.left = `${across(data, first)}%`;
  shade.style.width = `${across(data, last) - across(data, first)}%`;
}

function forget() {
  charts.querySelector(".selected")?.remove();
  began = null;
}

function goToSelected() {
  const { times } = dataOf(began.figure);
  const [first, last] = [began.from, began.to].sort((a, b) => a - b);
  if (first === last) { forget(); return; }
  const here = new URL(charts.dataset.from, location.href);
  here.pathname = charts.dataset.path;
  here.searchParams.set("since", new Date(times[first]).toISOString());
  here.searchParams.set("until", new Date(times[last]).toISOString());
  location.href = here.pathname + here.search;
}

// ---- mouse and finger ----------------------------------------------------------------------------------------------

charts.addEventListener("pointermove", (event) => {
  const plot = (began?.pointer ? began.figure : event.target).closest?.(".plot") ?? began?.figure.querySelector(".plot");
  if (!plot) { if (!charts.contains(document.activeElement)) clear(); return; }
  const index = indexAt(plot, event);
  show(figureOf(plot), index);
  if (!began?.pointer || Math.abs(event.clientX - began.x) < 5) return;
  began.to = index;
  mark();
});
charts.addEventListener("pointerleave", () => { if (!began?.pointer) clear(); });
charts.addEventListener("pointerdown", (event) => {
  const plot = event.target.closest(".plot");
  if (!plot || event.button) return;
  const index = indexAt(plot, event);
  began = { figure: figureOf(plot), from: index, to: index, x: event.clientX, pointer: true };
});
addEventListener("pointerup", () => { if (began?.pointer) goToSelected(); });
addEventListener("pointercancel", () => { if (began?.pointer) forget(); });
charts.addEventListener("dragstart", (event) => event.preventDefault());

// ---- keyboard ------------------------------------------------------------------------------------------------------

charts.addEventListener("focusin", (event) => {
  if (event.target.matches(".plot:focus-visible")) show(figureOf(event.target), Number(event.target.getAttribute("aria-valuenow")));
});
charts.addEventListener("focusout", () => { forget(); clear(); });
charts.addEventListener("keydown", (event) => {
  const plot = event.target.closest(".plot");
  if (!plot || event.ctrlKey || event.metaKey || event.altKey) return;
  const figure = figureOf(plot), data = dataOf(figure), last = data.times.length - 1;
  const now = Math.min(last, Number(plot.getAttribute("aria-valuenow")));
  const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: 10, PageDown: -10, Home: -last, End: last };
  if (event.key in steps) {
    const next = Math.min(last, Math.max(0, now + steps[event.key]));
    if (event.shiftKey) began ??= { figure, from: now, to: now }; else forget();
    show(figure, next);
    if (began) { began.to = next; mark(); }
  } else if (event.key === "Enter") {
    if (began) goToSelected();
    else if (pointAt(data, now)) location.href = `/trace/${pointAt(data, now).trace}`;
  } else if (event.key === "Escape") { forget(); clear(); } else return;
  event.preventDefault();
  event.stopPropagation();
});

// ---- what is new ---------------------------------------------------------------------------------------------------

const switched = byId("fresh-charts");

// Nothing moves under the pointer or the focus of somebody who looks at a chart closely.
const isLookedAt = () => Boolean(began) || charts.querySelector(".plot:hover, .plot:focus-visible") !== null;
const saysOf = (details) => details.querySelector("summary").textContent.replace(/ for [^,]*/, "");

// What was unfolded stays so, and what had the focus has it.
function replace(news) {
  const unfolded = new Map([...charts.querySelectorAll("details")].map((one) => [saysOf(one), one.open]));
  const focused = document.activeElement.closest("#charts details");
  const had = focused && saysOf(focused);
  charts.innerHTML = news;
  for (const one of charts.querySelectorAll("details")) {
    one.open = unfolded.get(saysOf(one)) ?? one.open;
    if (had && saysOf(one) === had) one.querySelector("summary").focus({ preventScroll: true });
  }
}

async function refresh() {
  if (document.hidden || switched.getAttribute("aria-pressed") !== "true" || isLookedAt()) return;
  try {
    const answer = await fetch(charts.dataset.from);
    const news = await answer.text();
    switched.dataset.state = answer.ok ? "on" : "lost";
    if (answer.ok && !isLookedAt()) replace(news);
  } catch { switched.dataset.state = "lost"; }
}

if (switched) {
  switched.addEventListener("click", () => {
    switched.setAttribute("aria-pressed", switched.getAttribute("aria-pressed") === "true" ? "false" : "true");
    refresh();
  });
  setInterval(refresh, 1000 * Number(charts.dataset.every));
  document.addEventListener("visibilitychange", refresh);
}

document.addEventListener("change", (event) => { if (event.target.matches("select[data-go]")) event.target.form.requestSubmit(); });
