// @ts-check
/** Where a layer puts the plane: a grid, bent, seen through two of its units. */

import { css, marker, mix, palette } from "./colors.js";
import { button, choice, offer, panel, tick, element } from "./element.js";
import { layerName, short, widthOf } from "./names.js";
import { Surface } from "./surface.js";

/**
 * @typedef {import("./store.js").Values} Values
 * @typedef {{x: [number, number], y: [number, number]}} Window
 */
const SHADES = 12; // colours of the cells, so that each is one path

/**
 * @param {import("./store.js").Store} store
 * @param {import("./socket.js").Connection} connection
 */
export function gridPanel(store, connection) {
  /** @type {Window | null} */
  let seen = null;
  let shown = "";
  const surface = new Surface(
    { class: "square grid-canvas", role: "img", "aria-label": "The plane, bent by a layer" },
    () => draw(store.values),
  );
  /** @param {Values} values */
  function draw(values) {
    const grid = values.frame?.sections.grid;
    if (!grid || !surface.width) return;
    const key = `${values.view.layer} ${values.view.pair} ${values.configuration}`;
    if (!(values.fixed && seen && key === shown)) seen = around(grid.data, seen, key === shown);
    shown = key;
    drawGrid(surface, values, seen);
  }
  store.watch(["frame", "palette", "fixed"], draw);
  const fixed = tick("Fixed scale", (on) => store.set({ fixed: on }));
  store.watch(["fixed"], (values) => (fixed.box.checked = values.fixed));
  const note = element(
    "p",
    { class: "fine muted" },
    "Each knot of a straight grid over the plane, where the layer puts it. The colour is " +
      "the net's verdict. The last layer can only cut this picture with a straight line.",
  );
  return panel(
    "grid",
    "Where a layer puts it",
    [surface.canvas, whatToShow(store, connection, fixed.whole), note],
  );
}

/**
 * The choice of a layer and two of its units.
 * @param {import("./store.js").Store} store
 * @param {import("./socket.js").Connection} connection
 * @param {HTMLElement} fixed
 */
function whatToShow(store, connection, fixed) {
  /** @param {Record<string, any>} view */
  const look = (view) => connection.send({ type: "view", ...view });
  const layer = choice("Layer", [], (value) => look({ layer: Number(value), pair: [0, 1] }));
  const pair = () => [Number(across.select.value), Number(up.select.value)];
  const across = choice("Across", [], () => look({ pair: pair() }));
  const up = choice("Up", [], () => look({ pair: pair() }));
  const next = button("Next pair", () => {
    const { settings, view } = store.values;
    look({ pair: following(view.pair, widthOf(settings, layerShown(store.values))) });
  });
  store.watch(["view", "settings"], (values) => {
    const { settings, view } = values;
    const at = layerShown(values);
    /** @type {[number, string][]} */
    const layers = [...settings.layers, null].map((_, i) => [i, layerName(settings, i)]);
    const width = widthOf(settings, at);
    /** @type {[number, string][]} */
    const units = Array.from({ length: width }, (_, i) => [i, `unit ${i + 1}`]);
    offer(layer.select, layers);
    offer(across.select, units);
    offer(up.select, units);
    layer.select.value = String(at);
    across.select.value = String(Math.min(view.pair[0], width - 1));
    up.select.value = String(Math.min(view.pair[1], width - 1));
    next.disabled = width < 3;
  });
  return element(
    "div",
    { class: "fields" },
    layer.whole, across.whole, up.whole, next, fixed,
  );
}

/** @param {Values} values */
function layerShown({ settings, view }) {
  return Math.min(view.layer, settings.layers.length);
}

/**
 * Return the pair of units after one; all pairs come in turn.
 * @param {[number, number]} pair
 * @param {number} width
 */
function following([a, b], width) {
  if (b + 1 < width) return [a, b + 1];
  return a + 2 < width ? [a + 1, a + 2] : [0, 1];
}

/**
 * Return what has to be seen; it grows at once and shrinks slowly, so that it does not
 * breathe.
 * @param {ArrayLike<number>} data
 * @param {Window | null} before
 * @param {boolean} same
 * @returns {Window}
 */
function around(data, before, same) {
  /** @param {0 | 1} axis @returns {[number, number]} */
  const reach = (axis) => {
    let least = Infinity;
    let most = -Infinity;
    for (let i = axis; i < data.length; i += 2) {
      const value = data[i];
      if (value < least) least = value;
      if (value > most) most = value;
    }
    if (!Number.isFinite(most - least)) return [-1, 1];
    const margin = Math.max((most - least) * 0.08, 1e-3);
    const now = [least - margin, most + margin];
    const old = same && before ? before[axis ? "y" : "x"] : now;
    return [
      Math.min(now[0], old[0] + (now[0] - old[0]) * 0.1),
      Math.max(now[1], old[1] + (now[1] - old[1]) * 0.1),
    ];
  };
  return { x: reach(0), y: reach(1) };
}

/**
 * @param {Surface} surface
 * @param {Values} values
 * @param {Window} seen
 */
function drawGrid(surface, values, seen) {
  const { context, width, height } = surface;
  const grid = values.frame?.sections.grid;
  if (!grid) return;
  const colors = palette(values.palette);
  /** @param {number} x */
  const across = (x) => ((x - seen.x[0]) / (seen.x[1] - seen.x[0])) * width;
  /** @param {number} y */
  const down = (y) => ((seen.y[1] - y) / (seen.y[1] - seen.y[0])) * height;
  const places = new Float32Array(grid.data.length);
  for (let i = 0; i < places.length; i += 2) {
    places[i] = across(grid.data[i]);
    places[i + 1] = down(grid.data[i + 1]);
  }
  surface.clear();
  cells(context, places, grid.columns, values, colors);
  lines(context, places, grid.columns, colors);
  scale(surface, seen, colors);
  const points = values.frame?.sections.places?.data ?? [];
  values.points.forEach(([, , label, test], i) => {
    if (2 * i + 1 >= points.length) return;
    const [x, y] = [across(points[2 * i]), down(points[2 * i + 1])];
    marker(context, x, y, label, test === 1, colors, values.points.length > 600 ? 2.6 : 3.8);
  });
}

/**
 * Fill each cell by what the net says of its middle.
 * @param {CanvasRenderingContext2D} context
 * @param {Float32Array} at
 * @param {number} side
 * @param {Values} values
 * @param {import("./colors.js").Palette} colors
 */
function cells(context, at, side, values, colors) {
  const raster = values.frame?.sections.raster;
  if (!raster) return;
  /** @type {Map<string, Path2D>} */
  const paths = new Map();
  for (let i = 0; i < side - 1; i++) {
    const row = Math.floor(((i + 0.5) / (side - 1)) * raster.rows);
    for (let j = 0; j < side - 1; j++) {
      const column = Math.floor(((j + 0.5) / (side - 1)) * raster.columns);
      const color = shade(raster, row * raster.columns + column, values.shading, colors);
      let path = paths.get(color);
      if (!path) paths.set(color, (path = new Path2D()));
      const a = 2 * (i * side + j);
      const b = a + 2 * side;
      path.moveTo(at[a], at[a + 1]);
      path.lineTo(at[a + 2], at[a + 3]);
      path.lineTo(at[b + 2], at[b + 3]);
      path.lineTo(at[b], at[b + 1]);
      path.closePath();
    }
  }
  for (const [color, path] of paths) {
    context.fillStyle = color;
    context.fill(path, "nonzero");
  }
}

/**
 * @param {import("./frame.js").Section} raster
 * @param {number} at
 * @param {"shaded" | "hard"} shading
 * @param {import("./colors.js").Palette} colors
 */
function shade(raster, at, shading, colors) {
  const two = raster.channels === 1;
  const label = two ? Number(raster.data[at] >= 0.5) : raster.data[2 * at];
  if (shading === "hard") return css(colors.tints[label]);
  const sure = two
    ? Math.abs(2 * raster.data[at] - 1)
    : Math.max(0, (raster.data[2 * at + 1] / 255 - 1 / 3) * 1.5);
  const share = Math.round(sure ** 0.8 * SHADES) / SHADES;
  return css(mix(colors.neutral, colors.tints[label], share));
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Float32Array} at
 * @param {number} side
 * @param {import("./colors.js").Palette} colors
 */
function lines(context, at, side, colors) {
  context.strokeStyle = colors.ink;
  context.globalAlpha = 0.28;
  context.lineWidth = 0.8;
  context.beginPath();
  for (let k = 0; k < side; k += 2) {
    for (let m = 0; m < side; m++) {
      const a = 2 * (k * side + m);
      if (m) context.lineTo(at[a], at[a + 1]);
      else context.moveTo(at[a], at[a + 1]);
    }
    for (let m = 0; m < side; m++) {
      const a = 2 * (m * side + k);
      if (m) context.lineTo(at[a], at[a + 1]);
      else context.moveTo(at[a], at[a + 1]);
    }
  }
  context.stroke();
  context.globalAlpha = 1;
}

/**
 * Write what the window reaches over.
 * @param {Surface} surface
 * @param {Window} seen
 * @param {import("./colors.js").Palette} colors
 */
function scale({ context, width, height }, seen, colors) {
  context.fillStyle = colors.muted;
  context.font = "11px system-ui, sans-serif";
  context.textAlign = "left";
  context.fillText(short(seen.x[0], 2), 20, height - 5);
  context.fillText(short(seen.y[1], 2), 4, 12);
  context.fillText(short(seen.y[0], 2), 4, height - 18);
  context.textAlign = "right";
  context.fillText(short(seen.x[1], 2), width - 4, height - 5);
}
