// @ts-check
/** Filters to be probed: words of a dictionary, and the first layer of a trained net. */

import { element, panel } from "./element.js";

/**
 * @typedef {{tiles: string[], orientation: number[], selectivity: number[],
 *   shape: [number, number, number]}} Sheet
 */
/** @type {Record<string, {title: string, story: string, one: string}>} */
const SHEETS = {
  learned: {
    title: "Learned words",
    one: "Word",
    story:
      "Found by k-means in small whitened patches of pictures, without any label. Edges " +
      "and spots of colour come out together.",
  },
  trained: {
    title: "First layer of the run",
    one: "Filter",
    story: "What each unit of the trained net adds the pixels up with.",
  },
};

/**
 * @param {Record<string, Sheet>} sheets
 * @param {string[]} empty sheets without filters
 * @param {import("./socket.js").Connection} connection
 */
export function sheetsPanel(sheets, empty, connection) {
  const shown = Object.entries(sheets).map(([name, sheet]) => made(name, sheet, connection));
  const parts = shown.map(({ whole }) => whole);
  if (!("trained" in sheets)) parts.push(nothing(empty.includes("trained")));
  return {
    whole: panel("sheets", "The same probe on what was learned", [
      element("div", { class: "sheets-row" }, ...parts),
    ]),
    /** @param {import("./cells_room.js").State} state */
    state: ({ chosen }) => shown.forEach((each) => each.show(chosen)),
  };
}

/**
 * Say why there is no first layer to be probed.
 * @param {boolean} run whether there is a run
 */
function nothing(run) {
  const why = run
    ? ["The first layer of this run sees features, not pixels: it has no field to be probed."]
    : [
        "Start with ",
        element("code", {}, "hubel play RUN"),
        " to put the same probe on the first layer of a net that you have trained.",
      ];
  return element(
    "article",
    {},
    element("h3", {}, SHEETS.trained.title),
    element("p", { class: "muted" }, ...why),
  );
}

/**
 * @param {string} name
 * @param {Sheet} sheet
 * @param {import("./socket.js").Connection} connection
 */
function made(name, sheet, connection) {
  const { title, story, one } = SHEETS[name];
  const tiles = sheet.tiles.map((address, unit) => {
    const tuned =
      sheet.selectivity[unit] > 0.3 ? `prefers ${sheet.orientation[unit]}°` : "no clear orientation";
    const label = `${one} ${unit}, ${tuned}, selectivity ${sheet.selectivity[unit]}`;
    const choose = () => connection.send({ type: "choose", sheet: name, unit });
    return element(
      "button",
      { type: "button", class: "tile", "aria-label": label, title: label, onclick: choose },
      element("img", { src: address, alt: "", width: 36, height: 36 }),
    );
  });
  const clear = sheet.selectivity.filter((each) => each > 0.5).length;
  const size = sheet.shape.slice(0, 2).join(" × ");
  const whole = element(
    "article",
    { "data-sheet": name },
    element("h3", {}, `${title} `, element("span", { class: "muted" }, `${size} pixels`)),
    element("p", { class: "fine" }, story),
    element("div", { class: "tile-sheet" }, ...tiles),
    element(
      "p",
      { class: "fine muted" },
      `${clear} of ${tiles.length} are selective for an orientation (above 0.5).`,
    ),
  );
  return {
    whole,
    /** @param {Record<string, number>} chosen */
    show: (chosen) =>
      tiles.forEach((tile, i) => tile.setAttribute("aria-pressed", String(chosen[name] === i))),
  };
}
