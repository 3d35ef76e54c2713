// @ts-check
/** The weights into one unit as a table: values to change, gradients to read. */

import { button, element } from "./element.js";
import { layerName, short } from "./names.js";

/**
 * @typedef {import("./store.js").Values} Values
 * @typedef {{box: HTMLInputElement, gradient: HTMLElement, row: number, column: number}} Cell
 */

/**
 * @param {import("./store.js").Store} store
 * @param {import("./socket.js").Connection} connection
 */
export function inspector(store, connection) {
  const title = element("h3", {});
  const body = element("tbody");
  const close = button("Close", () => store.set({ selected: null }), { class: "quiet" });
  const head = ["from", "weight", "gradient"].map((each) => element("th", { scope: "col" }, each));
  const whole = element(
    "div",
    { class: "inspector", hidden: true },
    element("div", { class: "panel-head" }, title, close),
    element(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Weights of the unit" },
      element("table", {}, element("thead", {}, element("tr", {}, ...head)), body),
    ),
  );
  /** @type {Cell[]} */
  let cells = [];
  let built = "";
  store.watch(["selected", "wires", "settings"], (values) => {
    const { selected, wires } = values;
    const layer = selected && wires?.[selected.layer];
    whole.hidden = !layer;
    if (!layer || !selected) {
      built = "";
      return;
    }
    const key = JSON.stringify([selected, layer.weight.length, layer.bias.length]);
    if (key !== built) {
      const name = layerName(values.settings, selected.layer);
      title.textContent = `Into unit ${selected.unit + 1} of ${name}`;
      cells = build(values, connection, body);
      if (built === "") whole.scrollIntoView({ block: "nearest" });
      built = key;
    }
    for (const { box, gradient, row, column } of cells) {
      const bias = row < 0;
      const value = bias ? layer.bias[column] : layer.weight[row]?.[column];
      const slope = bias ? layer.bias_gradient[column] : layer.weight_gradient[row]?.[column];
      if (document.activeElement !== box) box.value = String(Number(value.toPrecision(4)));
      gradient.textContent = short(slope);
    }
  });
  return whole;
}

/**
 * Write the rows of a table; a maxout unit has several weights for each input.
 * @param {Values} values
 * @param {import("./socket.js").Connection} connection
 * @param {HTMLElement} body
 */
function build({ selected, wires, settings }, connection, body) {
  if (!selected || !wires) return [];
  const layer = wires[selected.layer];
  const units = settings.layers[selected.layer]?.units ?? settings.classes;
  const pieces = layer.bias.length / units;
  /** @type {Cell[]} */
  const cells = [];
  const rows = [];
  for (let row = -1; row < layer.weight.length; row++) {
    const from = row < 0 ? "bias" : sourceName(selected.layer, row);
    for (let piece = 0; piece < pieces; piece++) {
      const name = pieces > 1 ? `${from}, piece ${piece + 1}` : from;
      const column = selected.unit * pieces + piece;
      const gradient = element("td", { class: "gradient" });
      const box = element("input", {
        type: "number",
        step: "any",
        "aria-label": `Weight from ${name}`,
        onchange: () => {
          const value = box.valueAsNumber;
          if (Number.isFinite(value)) {
            connection.send({ type: "weight", layer: selected.layer, row, column, value });
          }
        },
      });
      cells.push({ box, gradient, row, column });
      rows.push(
        element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, box), gradient),
      );
    }
  }
  body.replaceChildren(...rows);
  return cells;
}

/**
 * @param {number} layer
 * @param {number} row
 */
function sourceName(layer, row) {
  return layer === 0 ? ["x", "y"][row] : `unit ${row + 1}`;
}
