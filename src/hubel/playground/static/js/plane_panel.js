// @ts-check
/** The panel of the plane: its tools, and what the net says under the hand. */

import { SHAPES, palette } from "./colors.js";
import { editPoints } from "./editing.js";
import { choice, element, panel } from "./element.js";
import { layerName } from "./names.js";
import { Plane } from "./plane.js";
import { verdict } from "./regions.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./socket.js").Connection} connection
 */
export function planePanel(store, connection) {
  const readout = element("p", { class: "readout muted", id: "plane-readout" });
  const plane = new Plane(
    {
      class: "square plane-canvas",
      tabindex: 0,
      role: "application",
      "aria-label": "The plane with its points",
      "aria-describedby": "plane-help plane-readout",
    },
    () => plane.draw(store.values),
  );
  editPoints(plane, store, connection);
  /** @param {number} x @param {number} y */
  const say = (x, y) => (readout.textContent = spoken(store.values, x, y));
  plane.canvas.addEventListener("pointermove", (event) =>
    say(...plane.place(event.offsetX, event.offsetY)),
  );
  store.watch(["cursor"], ({ cursor }) => cursor && say(cursor.x, cursor.y));
  store.watch(["probe"], ({ probe, settings }) => {
    readout.textContent = probe
      ? `Unit ${probe.unit + 1} of ${layerName(settings, probe.layer)}: where it answers`
      : "Point at the plane";
  });
  store.watch(
    ["frame", "points", "palette", "shading", "cursor", "probe", "brush"],
    (values) => plane.draw(values),
  );
  const help = element(
    "p",
    { class: "fine muted", id: "plane-help" },
    "Click to add a point, drag to move it, right-click or rest a finger on it to take " +
      "it away. With the keyboard: arrows, Enter, Delete, M to move.",
  );
  return panel(
    "plane",
    "What the net sees",
    [plane.canvas, element("div", { class: "fields under" }, readout, shading(store)), help],
    [brushes(store)],
  );
}

/**
 * Say what the net thinks of a place.
 * @param {import("./store.js").Values} values
 * @param {number} x
 * @param {number} y
 */
function spoken({ frame, edge, cursor }, x, y) {
  const raster = frame?.sections.raster;
  if (!raster) return "";
  const { label, sure } = verdict(raster, x, y, edge);
  const held = cursor && cursor.held >= 0 ? ", holding a point" : "";
  const [a, b] = [x, y].map((each) => each.toFixed(2).replace("-", "−"));
  return `x ${a}, y ${b}: class ${label + 1}, ${Math.round(sure * 100)} % sure${held}`;
}

/**
 * The choice of what a click adds.
 * @param {import("./store.js").Store} store
 */
function brushes(store) {
  const group = element("div", { class: "brushes", role: "radiogroup", "aria-label": "Brush" });
  store.watch(["settings", "brush", "palette"], ({ settings, brush, palette: name }) => {
    const colors = palette(name);
    /** @type {(number | "eraser")[]} */
    const all = [...Array(settings.classes).keys(), "eraser"];
    if (brush !== "eraser" && brush >= settings.classes) store.values.brush = brush = 0;
    if (group.childElementCount !== all.length) {
      group.replaceChildren(...all.map((each) => brushOf(store, each)));
    }
    all.forEach((each, i) => {
      const label = /** @type {HTMLElement} */ (group.children[i]);
      const input = /** @type {HTMLInputElement} */ (label.firstElementChild);
      input.checked = each === brush;
      if (each !== "eraser") label.style.setProperty("--brush", colors.classes[each]);
    });
  });
  return group;
}

/**
 * @param {import("./store.js").Store} store
 * @param {number | "eraser"} brush
 */
function brushOf(store, brush) {
  const name =
    brush === "eraser" ? "Take points away" : `Class ${brush + 1}, ${SHAPES[brush]}`;
  const mark = brush === "eraser" ? "✕" : ["●", "■", "▲"][brush];
  return element(
    "label",
    { class: "brush", title: brush === "eraser" ? name : `${name} (key ${brush + 1})` },
    element("input", {
      type: "radio",
      name: "brush",
      "aria-label": name,
      onchange: () => store.set({ brush }),
    }),
    element("span", { "aria-hidden": "true" }, mark),
  );
}

/** @param {import("./store.js").Store} store */
function shading(store) {
  const { whole, select } = choice(
    "Regions",
    [["shaded", "shaded"], ["hard", "hard"]],
    (value) => store.set({ shading: value === "hard" ? "hard" : "shaded" }),
  );
  store.watch(["shading"], (values) => (select.value = values.shading));
  return whole;
}
