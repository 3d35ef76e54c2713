// @ts-check
/** Each cell with its field, its rate, and a trace of its spikes. */

import { degrees } from "./cells_screen.js";
import { clicks } from "./clicks.js";
import { button, element, panel } from "./element.js";
import { Surface } from "./surface.js";

/** @typedef {import("./cells_room.js").Cell} Cell */

const SHOWN = 4000; // milliseconds of a trace
const HIGHEST = 130; // spikes a second at the top of a trace
const QUIET = 2000; // milliseconds between two sentences of the summary

/**
 * @param {number} tick seconds
 * @param {import("./socket.js").Connection} connection
 */
export function cardsPanel(tick, connection) {
  const list = element("div", { class: "card-list" });
  const sound = clicks();
  const summary = element("p", { class: "unseen", role: "status", "aria-live": "polite" });
  /** @type {ReturnType<typeof card>[]} */
  let cards = [];
  let focus = 0;
  let said = 0;
  /** @param {import("./cells_room.js").State} state */
  const show = (state) => {
    focus = state.focus;
    while (cards.length < state.cells.length) cards.push(card(cards.length, tick, connection));
    if (list.childElementCount !== cards.length) {
      list.replaceChildren(...cards.map(({ whole }) => whole));
    }
    cards.forEach((each, i) => each.show(state.cells[i], i === focus));
  };
  const say = () => {
    const now = performance.now();
    if (now < said + QUIET) return;
    said = now;
    const rates = cards.map((each) => each.told()).join(", ");
    if (summary.textContent !== rates) summary.textContent = rates;
  };
  return {
    whole: panel("cards", "What the cells answer", [list, summary], [sound.whole]),
    state: show,
    /** @param {import("./cells_room.js").Answers} answers */
    answers: (answers) => {
      cards.forEach((each, i) => each.add(answers, i));
      sound.play(answers.spikes.flatMap((spikes) => spikes[focus] ?? []));
      say();
    },
    redraw: () => cards.forEach((each) => each.draw()),
    end: sound.end,
  };
}

/**
 * @param {number} index
 * @param {number} tick
 * @param {import("./socket.js").Connection} connection
 */
function card(index, tick, connection) {
  /** @type {{time: number, rate: number}[]} */
  let rates = [];
  /** @type {number[]} */
  let spikes = [];
  let time = 0;
  let title = "";
  const surface = new Surface(
    { class: `trace cell${index}`, role: "img", "aria-label": "Rate and spikes" },
    () => draw(),
  );
  const heading = button("", () => connection.send({ type: "focus", cell: index }), {
    class: "card-title",
  });
  const field = element("img", { class: "card-field", alt: "", width: 56, height: 56 });
  const rate = element("output", { class: "card-rate" }, "0");
  const best = button("", () => connection.send({ type: "best", cell: index }), {
    class: "quiet fine",
  });
  const whole = element(
    "article",
    { class: `card cell${index}` },
    heading,
    element(
      "div",
      { class: "card-row" },
      field,
      element("div", { class: "card-number" }, rate, element("span", { class: "fine muted" }, "spikes/s")),
      surface.canvas,
    ),
    best,
  );
  const draw = () => surface.width && drawTrace(surface, rates, spikes, time);
  return {
    whole,
    draw,
    told: () => `${title}: ${rate.textContent} spikes a second`,
    /** @param {Cell} cell @param {boolean} focused */
    show: (cell, focused) => {
      title = cell.title;
      heading.textContent = cell.title;
      heading.setAttribute("aria-pressed", String(focused));
      if (field.src !== cell.field) field.src = cell.field;
      field.alt = `Its field, ${cell.size.join(" × ")} pixels`;
      best.disabled = !cell.best;
      best.textContent = cell.best
        ? `Show its best: turned by ${degrees(cell.best.orientation)}°, ` +
          `${Number(cell.best.frequency.toPrecision(2))} waves`
        : "Answers to colour, not to grey stripes";
    },
    /** @param {import("./cells_room.js").Answers} answers @param {number} i */
    add: (answers, i) => {
      time = answers.time;
      const first = time - answers.rates.length * tick * 1000;
      answers.rates.forEach((all, at) => rates.push({ time: first + at * tick * 1000, rate: all[i] }));
      spikes.push(...answers.spikes.flatMap((all) => all[i]));
      rates = rates.filter((each) => each.time > time - SHOWN - 100);
      spikes = spikes.filter((each) => each > time - SHOWN);
      rate.textContent = String(Math.round(rates.at(-1)?.rate ?? 0));
      draw();
    },
  };
}

/**
 * @param {Surface} surface
 * @param {{time: number, rate: number}[]} rates
 * @param {number[]} spikes
 * @param {number} time
 */
function drawTrace(surface, rates, spikes, time) {
  const { context, width, height, canvas } = surface;
  const { color } = getComputedStyle(canvas);
  surface.clear();
  /** @param {number} at */
  const across = (at) => (1 - (time - at) / SHOWN) * width;
  const ground = height - 18;
  context.fillStyle = context.strokeStyle = color;
  context.globalAlpha = 0.22;
  context.beginPath();
  context.moveTo(across(rates[0]?.time ?? time), ground);
  for (const { time: at, rate } of rates) {
    context.lineTo(across(at), ground - (Math.min(rate, HIGHEST) / HIGHEST) * (ground - 2));
  }
  context.lineTo(across(rates.at(-1)?.time ?? time), ground);
  context.fill();
  context.globalAlpha = 1;
  context.fillRect(0, ground, width, 1);
  for (const at of spikes) context.fillRect(across(at), ground + 4, 1.5, 13);
}
