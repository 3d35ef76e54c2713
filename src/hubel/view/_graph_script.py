"""The program of a page that plays a graph; small enough to be read in the page."""

from __future__ import annotations

from typing import Final

# No `<` and no `&`: the page is XML too, and its policy names this text by its hash.
GRAPH_SCRIPT: Final = """
"use strict";
const play = document.querySelector(".hb-play");
const svg = play.querySelector("svg");
const steps = Array.from(document.querySelectorAll(".hb-steps li"));
const says = play.querySelector(".hb-says");
const slider = play.querySelector("input");
const shown = play.querySelector("output");
const button = play.querySelector("[data-do=play]");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const stations = new Map();
for (const g of svg.querySelectorAll(".station")) stations.set(g.dataset.station, g);
let at = 0;
let timer = 0;

function list(step, kind) {
  const text = step.dataset[kind];
  return text ? text.split(" ") : [];
}

function show(to) {
  at = Math.max(0, Math.min(steps.length, to));
  svg.classList.add("hb-played");
  for (const g of stations.values()) {
    g.classList.remove("has-value", "has-gradient", "now");
  }
  for (const p of svg.querySelectorAll(".wire")) p.classList.remove("now");
  steps.forEach((step, i) => {
    step.classList.toggle("now", i + 1 === at);
    if (i >= at) return;
    for (const kind of ["value", "gradient"]) {
      for (const s of list(step, kind + "s")) {
        stations.get(s).classList.add("has-" + kind);
      }
    }
  });
  if (at > 0) point(steps[at - 1]);
  else says.textContent = "Before the first step only the graph is there.";
  slider.value = at;
  shown.textContent = at + " of " + steps.length;
  if (at === steps.length) stop();
}

function point(step) {
  const station = stations.get(step.dataset.station);
  station.classList.add("now");
  const side = step.dataset.way === "forward" ? "from" : "to";
  const wires = svg.querySelectorAll(`.wire[data-${side}="${step.dataset.station}"]`);
  for (const wire of wires) wire.classList.add("now");
  says.textContent = Array.from(step.children, (part) => part.textContent).join(" · ");
  const frame = svg.parentElement;
  const box = station.getBoundingClientRect();
  const room = frame.getBoundingClientRect();
  if (room.left > box.left || box.right > room.right) {
    const by = box.left - room.left - room.width / 3;
    frame.scrollBy({ left: by, behavior: calm.matches ? "auto" : "smooth" });
  }
}

function stop() {
  clearInterval(timer);
  timer = 0;
  button.textContent = "Play";
}

function toggle() {
  if (timer) { stop(); return; }
  if (at === steps.length) show(0);
  timer = setInterval(() => show(at + 1), 900);
  button.textContent = "Pause";
}

const acts = {
  first: () => show(0),
  back: () => show(at - 1),
  play: toggle,
  next: () => show(at + 1),
  last: () => show(steps.length),
};
for (const each of play.querySelectorAll("button")) {
  each.addEventListener("click", () => {
    if (timer) { if (each !== button) stop(); }
    acts[each.dataset.do]();
  });
}
slider.addEventListener("input", () => { stop(); show(Number(slider.value)); });
const keys = {
  ArrowRight: "next", ArrowLeft: "back", Home: "first", End: "last", " ": "play",
};
document.addEventListener("keydown", (event) => {
  const act = keys[event.key];
  if (!act || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input, summary, button")) return;
  event.preventDefault();
  if (timer) { if (act !== "play") stop(); }
  acts[act]();
});
for (const fold of document.querySelectorAll("[data-inside]")) {
  const station = stations.get(fold.dataset.inside);
  station.classList.add("opens");
  station.addEventListener("click", () => {
    fold.open = true;
    fold.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth" });
  });
}
"""
