// @ts-check
/** The curves of the loss, with the penalty apart, and the same as a table. */

import { palette } from "./colors.js";
import { element, panel, tick } from "./element.js";
import { count, percent, short } from "./names.js";
import { Surface } from "./surface.js";

/**
 * @typedef {import("./store.js").Row} Row
 * @typedef {{name: string, of: (row: Row) => number | null, dash: number[]}} Line
 */
const EVERY = 120; // milliseconds between two pictures of the curves
const PAD = { left: 42, right: 10, top: 10, bottom: 24 };
/** @type {Line[]} */
const LINES = [
  { name: "loss", of: (row) => row.loss, dash: [] },
  { name: "test loss", of: (row) => row.test_loss, dash: [6, 4] },
  { name: "penalty", of: (row) => row.penalty, dash: [2, 3] },
];

/** @param {import("./store.js").Store} store */
export function curvesPanel(store) {
  let log = true;
  let hover = -1;
  let drawn = 0;
  let later = 0;
  const surface = new Surface(
    { class: "chart", role: "img", "aria-label": "Loss by step; the table below has the numbers" },
    () => draw(),
  );
  function draw() {
    drawn = performance.now();
    clearTimeout(later);
    later = 0;
    const { rows, palette: name } = store.values;
    if (surface.width) drawCurves(surface, rows, log, palette(name), hover);
  }
  store.watch(["rows", "palette"], () => {
    const wait = drawn + EVERY - performance.now();
    if (wait <= 0) draw();
    else if (!later) later = window.setTimeout(draw, wait);
  });
  const { canvas } = surface;
  canvas.addEventListener("pointermove", (event) => {
    hover = event.offsetX;
    draw();
  });
  canvas.addEventListener("pointerleave", () => {
    hover = -1;
    draw();
  });
  const scale = tick("Log", (on) => {
    log = on;
    draw();
  });
  scale.box.checked = log;
  return panel("curves", "How well it learns", [tiles(store), canvas, table(store)], [scale.whole]);
}

/**
 * The numbers of now.
 * @param {import("./store.js").Store} store
 */
function tiles(store) {
  /** @type {[string, (row: Row) => string, string][]} */
  const shown = [
    ["learned from", (row) => percent(row.accuracy), "big"],
    ["test", (row) => percent(row.test_accuracy), "big"],
    ["loss", (row) => short(row.loss), "line0"],
    ["test loss", (row) => short(row.test_loss), "line1"],
    ["penalty", (row) => short(row.penalty), "line2"],
  ];
  const list = element("dl", { class: "tiles" });
  const values = shown.map(([name, , kind]) => {
    const value = element("dd", {}, "–");
    list.append(element("div", { class: kind }, element("dt", {}, name), value));
    return value;
  });
  store.watch(["stats"], ({ stats }) => {
    if (stats) shown.forEach(([, of], i) => (values[i].textContent = of(stats)));
  });
  return list;
}

/**
 * The curves as a table of at most twenty rows, made when it is opened.
 * @param {import("./store.js").Store} store
 */
function table(store) {
  const body = element("tbody");
  const names = ["step", "loss", "test loss", "penalty", "right", "test right"];
  const head = names.map((name) => element("th", { scope: "col" }, name));
  const details = element(
    "details",
    {},
    element("summary", {}, "The curves as a table"),
    element(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table of the curves" },
      element("table", {}, element("thead", {}, element("tr", {}, ...head)), body),
    ),
  );
  let filled = 0;
  const fill = () => {
    if (!details.open || performance.now() - filled < 1000) return;
    filled = performance.now();
    body.replaceChildren(...some(store.values.rows, 20).map(line));
  };
  details.addEventListener("toggle", () => {
    filled = -Infinity;
    fill();
  });
  store.watch(["rows"], fill);
  return details;
}

/** @param {Row} row */
function line(row) {
  const cells = [short(row.loss), short(row.test_loss), short(row.penalty)];
  cells.push(percent(row.accuracy), percent(row.test_accuracy));
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, count(row.step)),
    ...cells.map((cell) => element("td", {}, cell)),
  );
}

/**
 * @param {Row[]} rows
 * @param {number} most
 */
function some(rows, most) {
  if (rows.length <= most) return rows;
  const each = (rows.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => rows[Math.round(i * each)]);
}

/**
 * @param {Surface} surface
 * @param {Row[]} rows
 * @param {boolean} log
 * @param {import("./colors.js").Palette} colors
 * @param {number} hover
 */
function drawCurves(surface, rows, log, colors, hover) {
  const { context, width, height } = surface;
  surface.clear();
  const last = Math.max(rows.at(-1)?.step ?? 0, 10);
  const { least, most, ticks } = reach(rows, log);
  /** @param {number} step */
  const across = (step) => PAD.left + (step / last) * (width - PAD.left - PAD.right);
  const high = height - PAD.top - PAD.bottom;
  /** @param {number} value */
  const down = (value) => {
    const share = log
      ? Math.log(Math.max(value, least) / least) / Math.log(most / least)
      : (value - least) / (most - least);
    return PAD.top + (1 - share) * high;
  };
  context.font = "11px system-ui, sans-serif";
  context.lineWidth = 1;
  context.strokeStyle = colors.hairline;
  context.fillStyle = colors.muted;
  context.textAlign = "right";
  for (const tick of ticks) {
    const y = Math.round(down(tick)) + 0.5;
    context.beginPath();
    context.moveTo(PAD.left, y);
    context.lineTo(width - PAD.right, y);
    context.stroke();
    context.fillText(short(tick, 2), PAD.left - 5, y + 4);
  }
  context.fillText(`${count(last)} steps`, width - PAD.right, height - 8);
  context.textAlign = "left";
  context.fillText("0", PAD.left, height - 8);
  LINES.forEach(({ of, dash }, i) => {
    context.strokeStyle = colors.lines[i];
    context.lineWidth = 2;
    context.setLineDash(dash);
    context.beginPath();
    let down_ = false;
    for (const row of rows) {
      const value = of(row);
      if (value === null || (log && value <= 0)) down_ = false;
      else if (down_) context.lineTo(across(row.step), down(value));
      else {
        context.moveTo(across(row.step), down(value));
        down_ = true;
      }
    }
    context.stroke();
  });
  context.setLineDash([]);
  if (hover >= 0 && rows.length) readOff(surface, rows, hover, across, last, colors);
}

/**
 * Write the numbers under the pointer.
 * @param {Surface} surface
 * @param {Row[]} rows
 * @param {number} hover
 * @param {(step: number) => number} across
 * @param {number} last
 * @param {import("./colors.js").Palette} colors
 */
function readOff({ context, width, height }, rows, hover, across, last, colors) {
  const step = ((hover - PAD.left) / (width - PAD.left - PAD.right)) * last;
  let row = rows[0];
  for (const each of rows) {
    if (Math.abs(each.step - step) < Math.abs(row.step - step)) row = each;
  }
  const x = across(row.step);
  context.strokeStyle = colors.muted;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, PAD.top);
  context.lineTo(x, height - PAD.bottom);
  context.stroke();
  const right = x > width / 2;
  context.textAlign = right ? "right" : "left";
  const texts = [`step ${count(row.step)}`, ...LINES.map((l) => `${l.name} ${short(l.of(row))}`)];
  const wide = Math.max(...texts.map((text) => context.measureText(text).width)) + 10;
  context.fillStyle = colors.surface;
  context.globalAlpha = 0.88;
  context.fillRect(right ? x - 3 - wide : x + 3, PAD.top, wide, 15 * texts.length + 4);
  context.globalAlpha = 1;
  texts.forEach((text, i) => {
    context.fillStyle = i ? colors.lines[i - 1] : colors.ink;
    context.fillText(text, x + (right ? -8 : 8), PAD.top + 13 + 15 * i);
  });
}

/**
 * Return what the axis of the loss reaches over, and where its lines are.
 * @param {Row[]} rows
 * @param {boolean} log
 */
function reach(rows, log) {
  let least = Infinity;
  let most = 0;
  for (const row of rows) {
    for (const { of } of LINES) {
      const value = of(row);
      if (value === null || value <= 0) continue;
      if (value > 1e-6 && value < least) least = value;
      if (value > most) most = value;
    }
  }
  if (!(most > 0)) [least, most] = [0.01, 1];
  if (!log) {
    const unit = 10 ** Math.floor(Math.log10(most));
    const step = [0.25, 0.5, 1, 2].find((each) => most / (each * unit) <= 4.5) ?? 2;
    const ticks = Array.from({ length: 6 }, (_, i) => i * step * unit);
    const top = Math.ceil(most / (step * unit)) * step * unit;
    return { least: 0, most: top, ticks: ticks.filter((each) => each <= top * 1.001) };
  }
  const from = Math.floor(Math.log10(Math.min(least, most / 10)));
  const to = Math.ceil(Math.log10(most));
  const every = Math.ceil((to - from) / 6);
  const ticks = [];
  for (let power = from; power <= to; power += every) ticks.push(10 ** power);
  return { least: 10 ** from, most: 10 ** to, ticks };
}
