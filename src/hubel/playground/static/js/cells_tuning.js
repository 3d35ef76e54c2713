// @ts-check
/** Tuning curves, drawn while they are measured. */

import { degrees } from "./cells_screen.js";
import { button, element, panel } from "./element.js";
import { Surface } from "./surface.js";

/**
 * @typedef {{value: number, rates: number[], counted: number[]}} Row
 *
 * @typedef {object} Kind
 * @property {string} title
 * @property {string} unit of the table
 * @property {boolean} log
 * @property {[number, number]} reach
 * @property {[number, string][]} ticks
 * @property {(value: number) => string} written
 * @property {(told: any, cell: number) => string} found
 */
const QUARTERS = /** @type {[number, string][]} */ (
  [0, 0.25, 0.5, 0.75, 1].map((part) => [part * Math.PI, `${part * 180}°`])
);
const PAD = { left: 30, right: 10, top: 8, bottom: 20 };
/** @type {Record<string, Kind>} */
const KINDS = {
  orientation: {
    title: "Orientation",
    unit: "°",
    log: false,
    reach: [0, Math.PI],
    ticks: QUARTERS,
    written: (value) => String(degrees(value)),
    found: (told, cell) =>
      told.selectivity[cell]
        ? `best at ${degrees(told.best[cell])}°, selectivity ${told.selectivity[cell].toFixed(2)}`
        : "does not answer",
  },
  frequency: {
    title: "Spatial frequency",
    unit: "waves",
    log: true,
    reach: [0.5, 8],
    ticks: [0.5, 1, 2, 4, 8].map((waves) => [waves, String(waves)]),
    written: (value) => value.toFixed(2),
    found: (told, cell) => `best at ${told.best[cell].toFixed(1)} waves`,
  },
  phase: {
    title: "Phase",
    unit: "°",
    log: false,
    reach: [0, 2 * Math.PI],
    ticks: QUARTERS.map(([at, text]) => [at * 2, `${parseFloat(text) * 2}°`]),
    written: (value) => String(Math.round((value * 180) / Math.PI)),
    found: (told, cell) =>
      `modulation ${told.modulation[cell].toFixed(2)}: ${told.modulation[cell] > 1 ? "simple" : "complex"}`,
  },
};

/**
 * @param {Record<string, number[]>} values
 * @param {import("./socket.js").Connection} connection
 */
export function tuningPanel(values, connection) {
  const curves = Object.entries(KINDS).map(([vary, kind]) =>
    curve(vary, kind, values[vary].length, connection),
  );
  /** @type {string[]} */
  let left = [];
  let fields = "";
  const next = () => {
    const vary = left.shift();
    if (vary) connection.send({ type: "measure", vary });
  };
  const all = button("Measure all", () => {
    left = Object.keys(KINDS);
    next();
  }, { class: "primary" });
  const stop = button("Stop", () => {
    left = [];
    connection.send({ type: "stop" });
  });
  const whole = panel(
    "tuning",
    "Tuning curves",
    [element("div", { class: "curves-row" }, ...curves.map((each) => each.whole))],
    [all, stop],
  );
  return {
    whole,
    /** @param {import("./cells_room.js").State} state */
    state: (state) => {
      const now = state.cells.map((cell) => cell.field + cell.title).join();
      if (now !== fields) curves.forEach((each) => each.clear());
      fields = now;
      stop.disabled = !state.measuring;
      curves.forEach((each) => each.state(state));
    },
    /** @param {any} row */
    measured: (row) => curves.find((each) => each.vary === row.vary)?.add(row),
    /** @param {any} told */
    tuned: (told) => {
      curves.find((each) => each.vary === told.vary)?.tell(told);
      whole.dataset.tuned = told.vary;
      stop.disabled = !left.length;
      next();
    },
    redraw: () => curves.forEach((each) => each.draw()),
  };
}

/**
 * @param {string} vary
 * @param {Kind} kind
 * @param {number} most
 * @param {import("./socket.js").Connection} connection
 */
function curve(vary, kind, most, connection) {
  /** @type {Row[]} */
  let rows = [];
  /** @type {string[]} */
  let titles = [];
  const legend = element("ul", { class: "legend" });
  const body = element("tbody");
  const head = element("tr");
  const surface = new Surface(
    { class: "tuning-canvas", role: "img", "aria-label": `${kind.title}: the table has the numbers` },
    () => draw(),
  );
  const measure = button("Measure", () => connection.send({ type: "measure", vary }));
  const whole = element(
    "article",
    { class: "tuning-curve", "data-vary": vary },
    element("div", { class: "panel-head" }, element("h3", {}, kind.title), measure),
    surface.canvas,
    legend,
    element(
      "details",
      {},
      element("summary", { class: "fine" }, "Numbers"),
      element("div", { class: "scroll", tabindex: 0 },
        element("table", {}, element("thead", {}, head), body)),
    ),
  );
  const draw = () => surface.width && drawCurve(surface, kind, rows, legend);
  /** @param {(cell: number) => string} text */
  const write = (text) =>
    legend.replaceChildren(
      ...titles.map((title, i) =>
        element("li", { class: `cell${i}` }, element("b", {}, title), element("span", {}, text(i))),
      ),
    );
  return {
    vary,
    whole,
    draw,
    clear: () => {
      rows = [];
      body.replaceChildren();
      draw();
    },
    /** @param {import("./cells_room.js").State} state */
    state: (state) => {
      const now = state.cells.map((cell) => cell.title);
      if (now.join() !== titles.join() || !rows.length) {
        titles = now;
        write(() => "");
        const names = [`${kind.title}, ${kind.unit}`, ...titles];
        head.replaceChildren(...names.map((name) => element("th", { scope: "col" }, name)));
      }
      draw();
    },
    /** @param {Row} row */
    add: (row) => {
      if (rows.length === most || row.value <= (rows.at(-1)?.value ?? -1)) {
        rows = [];
        body.replaceChildren();
        write(() => "");
      }
      rows.push(row);
      body.append(
        element(
          "tr",
          {},
          element("th", { scope: "row" }, kind.written(row.value)),
          ...row.rates.map((rate) => element("td", {}, rate.toFixed(1))),
        ),
      );
      draw();
    },
    /** @param {any} told */
    tell: (told) => write((cell) => kind.found(told, cell)),
  };
}

/**
 * @param {Surface} surface
 * @param {Kind} kind
 * @param {Row[]} rows
 * @param {HTMLElement} legend
 */
function drawCurve(surface, kind, rows, legend) {
  const { context, width, height, canvas } = surface;
  const { color, borderColor } = getComputedStyle(canvas);
  surface.clear();
  const high = height - PAD.top - PAD.bottom;
  const top = Math.max(110, ...rows.flatMap((row) => row.counted));
  const scale = kind.log ? Math.log : (/** @type {number} */ x) => x;
  const [from, to] = kind.reach.map(scale);
  /** @param {number} value */
  const across = (value) =>
    PAD.left + ((scale(value) - from) / (to - from)) * (width - PAD.left - PAD.right);
  /** @param {number} rate */
  const down = (rate) => PAD.top + (1 - rate / top) * high;
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = color;
  context.strokeStyle = borderColor;
  context.lineWidth = 1;
  for (const rate of [0, 50, 100]) {
    context.textAlign = "right";
    context.fillText(String(rate), PAD.left - 5, down(rate) + 4);
    context.beginPath();
    context.moveTo(PAD.left, Math.round(down(rate)) + 0.5);
    context.lineTo(width - PAD.right, Math.round(down(rate)) + 0.5);
    context.stroke();
  }
  context.textAlign = "center";
  for (const [at, text] of kind.ticks) context.fillText(text, across(at), height - 5);
  [...legend.children].forEach((entry, cell) => {
    const own = getComputedStyle(entry).color;
    context.strokeStyle = context.fillStyle = own;
    context.lineWidth = 2;
    context.setLineDash([[], [7, 4], [2, 3], [9, 3, 2, 3]][cell] ?? []);
    context.beginPath();
    rows.forEach((row) => context.lineTo(across(row.value), down(row.rates[cell])));
    context.stroke();
    for (const row of rows) {
      context.beginPath();
      context.arc(across(row.value), down(row.counted[cell]), 2.2, 0, 2 * Math.PI);
      context.fill();
    }
  });
  context.setLineDash([]);
}
