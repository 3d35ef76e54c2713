// @ts-check
/** The net, drawn: its units as what they answer to, its weights as wires. */

import { marker, palette } from "./colors.js";
import { element, panel } from "./element.js";
import { inspector } from "./inspector.js";
import { layerEditor } from "./layers.js";
import { layerName, netName, short } from "./names.js";
import { unitPicture } from "./plane.js";
import { stretch } from "./regions.js";
import { Surface } from "./surface.js";

/**
 * @typedef {import("./store.js").Values} Values
 * @typedef {{x: number, y: number, size: number, layer: number, unit: number}} Spot a
 *   unit; the layer -1 is the input, the last one the scores
 * @typedef {{from: Spot, to: Spot, weight: number, gradient: number}} Wire
 */
const COLUMN = 118; // pixels that a layer needs for its controls
const TALLEST = 16; // units one above the other; more stand beside each other
const NUMBERED = 12; // wires into a unit that have room for their numbers
const HEIGHT = 300;
const LABELS_AT = 0.17; // of a wire's way, where it is still level

/**
 * @param {import("./store.js").Store} store
 * @param {import("./socket.js").Connection} connection
 */
export function networkPanel(store, connection) {
  /** @type {Spot[][]} */
  let spots = [];
  /** @type {Wire | null} */
  let touched = null;
  const surface = new Surface({ class: "wires", "aria-hidden": "true" }, () => lay());
  const buttons = element("div", { class: "units" });
  const heads = layerEditor(store, connection);
  const stage = element("div", { class: "net-stage" }, heads.whole, surface.canvas, buttons);
  const scroll = element("div", { class: "net-scroll" }, stage);

  function lay() {
    const { settings } = store.values;
    stage.style.minWidth = `${(settings.layers.length + 2) * COLUMN}px`;
    if (!surface.width) return;
    spots = places(settings, surface.width);
    heads.place(spots.map((column) => middle(column)));
    buttons.replaceChildren(...spots.slice(1).flat().map((spot) => unitButton(store, spot)));
    draw();
  }
  function draw() {
    if (spots.length !== store.values.settings.layers.length + 2) return;
    drawNet(surface, store.values, spots, touched);
  }
  let shape = "";
  store.watch(["settings"], ({ settings }) => {
    const now = JSON.stringify([settings.layers, settings.classes]);
    if (now !== shape) lay();
    shape = now;
  });
  store.watch(["units", "wires", "palette", "selected", "probe"], draw);
  stage.addEventListener("pointermove", (event) => {
    const box = surface.canvas.getBoundingClientRect();
    const near = wireAt(store.values, spots, event.clientX - box.left, event.clientY - box.top);
    if (near?.from === touched?.from && near?.to === touched?.to) return;
    touched = near;
    draw();
  });
  stage.addEventListener("pointerleave", () => {
    touched = null;
    draw();
  });
  surface.canvas.addEventListener("click", () => {
    if (touched) store.set({ selected: { layer: touched.to.layer, unit: touched.to.unit } });
  });
  const kind = element("span", { class: "muted" });
  store.watch(["settings"], ({ settings }) => (kind.textContent = netName(settings)));
  return panel("network", "The net", [scroll, inspector(store, connection)], [kind]);
}

/** @param {Spot[]} column */
function middle(column) {
  return column.reduce((sum, spot) => sum + spot.x, 0) / column.length;
}

/**
 * Return where each unit is drawn, a column for each layer.
 * @param {import("./store.js").Settings} settings
 * @param {number} width
 * @returns {Spot[][]}
 */
function places(settings, width) {
  const widths = [2, ...settings.layers.map((layer) => layer.units), settings.classes];
  const room = width / widths.length;
  return widths.map((units, i) => {
    const tall = Math.min(units, TALLEST);
    const columns = Math.ceil(units / tall);
    const rows = Math.ceil(units / columns);
    const pitch = Math.min(HEIGHT / rows, 62, (room * 0.6) / columns);
    const size = Math.min(pitch * 0.8, 40);
    return Array.from({ length: units }, (_, unit) => ({
      x: (i + 0.5) * room + ((unit % columns) - (columns - 1) / 2) * pitch,
      y: HEIGHT / 2 + 8 + (Math.floor(unit / columns) - (rows - 1) / 2) * Math.min(HEIGHT / rows, 62),
      size,
      layer: i - 1,
      unit,
    }));
  });
}

/**
 * A button over a unit: looking at it shows its answers, pressing it its weights.
 * @param {import("./store.js").Store} store
 * @param {Spot} spot
 */
function unitButton(store, { x, y, size, layer, unit }) {
  const { settings } = store.values;
  const hidden = layer < settings.layers.length;
  const name = hidden ? `${layerName(settings, layer)}, unit ${unit + 1}` : `score ${unit + 1}`;
  const look = () => store.set({ probe: hidden ? { layer, unit } : null });
  const away = () => store.set({ probe: null });
  const made = element("button", {
    type: "button",
    class: "unit",
    "aria-label": `Weights of ${name}`,
    title: name,
    onpointerenter: look,
    onpointerleave: away,
    onfocus: look,
    onblur: away,
    onclick: () => store.set({ selected: { layer, unit } }),
  });
  made.style.left = `${x - size / 2}px`;
  made.style.top = `${y - size / 2}px`;
  made.style.width = made.style.height = `${size}px`;
  return made;
}

/**
 * Return the wires of the net; those of maxout have the piece with the larger weight.
 * @param {Values} values
 * @param {Spot[][]} spots
 * @returns {Wire[]}
 */
function wiresOf({ wires }, spots) {
  /** @type {Wire[]} */
  const found = [];
  (wires ?? []).forEach((layer, i) => {
    const [from, to] = [spots[i], spots[i + 1]];
    if (!to || layer.weight.length !== from.length) return;
    const pieces = layer.bias.length / to.length;
    for (const a of from) {
      for (const b of to) {
        let best = b.unit * pieces;
        for (let k = best + 1; k < (b.unit + 1) * pieces; k++) {
          if (Math.abs(layer.weight[a.unit][k]) > Math.abs(layer.weight[a.unit][best])) best = k;
        }
        const weight = layer.weight[a.unit][best];
        found.push({ from: a, to: b, weight, gradient: layer.weight_gradient[a.unit][best] });
      }
    }
  });
  return found;
}

/**
 * Return the wire that is nearest to a place, if one is near.
 * @param {Values} values
 * @param {Spot[][]} spots
 * @param {number} x
 * @param {number} y
 */
function wireAt(values, spots, x, y) {
  let best = null;
  let near = 6;
  for (const wire of wiresOf(values, spots)) {
    const { from, to } = wire;
    const [left, right] = [from.x + from.size / 2, to.x - to.size / 2];
    if (x < left || x > right) continue;
    const far = Math.abs(heightAt(wire, (x - left) / (right - left)) - y);
    if (far < near) [best, near] = [wire, far];
  }
  return best;
}

/**
 * Return how high a wire is after a share of its way.
 * @param {Wire} wire
 * @param {number} share
 */
function heightAt({ from, to }, share) {
  return from.y + (to.y - from.y) * share ** 2 * (3 - 2 * share);
}

/**
 * @param {Surface} surface
 * @param {Values} values
 * @param {Spot[][]} spots
 * @param {Wire | null} touched
 */
function drawNet(surface, values, spots, touched) {
  const { context } = surface;
  const colors = palette(values.palette);
  surface.clear();
  const all = wiresOf(values, spots);
  const largest = Math.max(1, ...all.map((wire) => Math.abs(wire.weight)));
  const focus = values.probe ?? values.selected;
  /** @param {Wire} wire */
  const into = (wire) => wire.to.layer === focus?.layer && wire.to.unit === focus?.unit;
  for (const wire of all) {
    const strong = Math.abs(wire.weight) / largest;
    context.globalAlpha = focus && !into(wire) ? 0.15 : 0.25 + 0.7 * strong;
    context.strokeStyle = colors.classes[wire.weight < 0 ? 0 : 1];
    context.setLineDash(wire.weight < 0 ? [5, 3] : []);
    context.lineWidth = 0.5 + 4 * strong;
    trace(context, wire);
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
  const numbered = all.filter(into);
  if (numbered.length <= NUMBERED) numbered.forEach((wire) => numbers(context, wire, colors));
  if (touched && !numbered.includes(touched)) {
    const now = all.find((wire) => wire.from === touched.from && wire.to === touched.to);
    if (now) numbers(context, now, colors);
  }
  drawUnits(context, values, spots, colors);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Wire} wire
 */
function trace(context, { from, to }) {
  const [left, right] = [from.x + from.size / 2, to.x - to.size / 2];
  const bend = (left + right) / 2;
  context.beginPath();
  context.moveTo(left, from.y);
  context.bezierCurveTo(bend, from.y, bend, to.y, right, to.y);
  context.stroke();
}

/**
 * Write the weight above a wire and its gradient below, as on the slides.
 * @param {CanvasRenderingContext2D} context
 * @param {Wire} wire
 * @param {import("./colors.js").Palette} colors
 */
function numbers(context, wire, colors) {
  const [left, right] = [wire.from.x + wire.from.size / 2, wire.to.x - wire.to.size / 2];
  const x = left + (right - left) * LABELS_AT;
  const y = heightAt(wire, LABELS_AT);
  context.textAlign = "center";
  context.lineWidth = 4;
  context.strokeStyle = colors.surface;
  const written = /** @type {[string, number, string, string][]} */ ([
    [short(wire.weight, 2), y - 4, colors.value, "11px system-ui, sans-serif"],
    [short(wire.gradient, 2), y + 12, colors.gradient, "italic 11px system-ui, sans-serif"],
  ]);
  for (const [text, at, color, font] of written) {
    context.font = font;
    context.strokeText(text, x, at);
    context.fillStyle = color;
    context.fillText(text, x, at);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Values} values
 * @param {Spot[][]} spots
 * @param {import("./colors.js").Palette} colors
 */
function drawUnits(context, values, spots, colors) {
  let index = 0;
  for (const { x, y, size, layer, unit } of spots.flat()) {
    const [left, top] = [x - size / 2, y - size / 2];
    const chosen = values.selected?.layer === layer && values.selected.unit === unit;
    context.fillStyle = colors.raised;
    context.fillRect(left, top, size, size);
    context.font = "italic 15px Georgia, serif";
    context.textAlign = "center";
    context.fillStyle = colors.ink;
    if (layer < 0) context.fillText(unit ? "y" : "x", x, y + 5);
    else if (layer === values.settings.layers.length) {
      marker(context, x, y, unit, false, colors, 7);
    } else if (values.units && (index + 1) * 30 <= values.units.rows) {
      stretch(context, unitPicture(values.units, index++, colors), left, top, size, size);
    }
    context.strokeStyle = chosen ? colors.ink : colors.muted;
    context.lineWidth = chosen ? 3 : 1;
    context.strokeRect(left, top, size, size);
  }
}
