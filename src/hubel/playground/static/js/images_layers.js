// @ts-check
/** What each layer answers: its units with their filters, their maps and numbers. */

import { bar } from "./bar.js";
import { choice, element, offer, panel } from "./element.js";
import { short } from "./names.js";
import { paint } from "./pixels.js";

/**
 * @typedef {{whole: HTMLElement, show: (value: number, most: number,
 *   maps: import("./frame.js").Section | null, high: number) => void}} Unit
 */

/**
 * @param {import("./images_room.js").Welcome} welcome
 * @param {import("./socket.js").Connection} connection
 */
export function layersPanel({ filters, units }, connection) {
  const select = choice("Layer", [[0, ""]], (value) =>
    connection.send({ type: "layer", layer: Number(value) }),
  );
  const sheet = element("div", { class: "units-sheet" });
  const told = element("p", { class: "fine muted" });
  /** @type {Unit[]} */
  let shown = [];
  let built = "";
  /**
   * Make the units anew where the layer is another one.
   * @param {number} layer
   * @param {number} count
   * @param {boolean} pictured whether each is shown with its filter
   */
  const build = (layer, count, pictured) => {
    const now = [layer, count].join();
    if (now === built) return;
    built = now;
    shown = Array.from({ length: count }, (_, i) => {
      const at = pictured ? units.indexOf(i) : -1;
      return made(i, at < 0 ? null : filters[at]);
    });
    sheet.replaceChildren(...shown.map(({ whole }) => whole));
  };
  return {
    whole: panel("layers", "Layer by layer", [told, sheet], [select.whole]),
    /**
     * @param {import("./images_room.js").Answer} answer
     * @param {Record<string, import("./frame.js").Section>} sections
     */
    show: ({ layers, layer }, sections) => {
      offer(select.select, layers.map(({ name }, i) => [i, `${i + 1}. ${name}`]));
      select.select.value = String(layer);
      const { values, maps, shape } = layers[layer];
      const first = layer < 2 && shape.at(-1) === layers[0].shape.at(-1);
      build(layer, values.length, first);
      const most = Math.max(...values.map(Math.abs), 1e-9);
      const pictures = maps ? sections.units : null;
      const high = (pictures?.rows ?? 0) / values.length;
      values.forEach((value, i) => shown[i].show(value, most, pictures, high));
      const some = values.length < (shape.at(-1) ?? 0) ? `, the first ${values.length} of them` : "";
      told.textContent = maps
        ? `${shape.at(-1)} maps of ${shape[0]} × ${shape[1]}${some}; grey is 0, the numbers are their means.`
        : `${shape.at(-1)} numbers${some}.` + (first && filters.length ? " With each unit what it adds the pixels up with." : "");
    },
  };
}

/**
 * @param {number} index
 * @param {string | null} filter
 * @returns {Unit}
 */
function made(index, filter) {
  const length = bar(true);
  const number = element("span");
  const map = element("canvas", { role: "img", "aria-label": `Map of unit ${index}`, hidden: true });
  const whole = element("figure", { class: "unit-answer", title: `Unit ${index}` });
  if (filter) {
    whole.append(element("img", { class: "unit-filter", src: filter, alt: `Filter ${index}`, width: 44, height: 44 }));
  }
  whole.append(map, length.whole, number);
  return {
    whole,
    show: (value, most, maps, high) => {
      length.show(value / most);
      number.textContent = short(value, 2);
      map.hidden = !maps;
      if (maps) paint(map, maps, index * high, high);
    },
  };
}
