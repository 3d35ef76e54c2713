// @ts-check
/** The room of images: what a trained net makes of one. */

import { inputPanel } from "./images_input.js";
import { layersPanel } from "./images_layers.js";
import { scoresPanel } from "./images_scores.js";
import { viewsPanel } from "./images_views.js";
import { element, panel } from "./element.js";
import { messages } from "./messages.js";

/**
 * @typedef {object} Welcome
 * @property {string | null} model what the net is called; null without a run
 * @property {string[]} classes
 * @property {[number, number, number]} shape
 * @property {"fit" | "crop" | "stretch" | "error"} resize
 * @property {number} samples
 * @property {string} why_none
 * @property {string[]} filters
 * @property {number[]} units
 *
 * @typedef {{name: string, shape: number[], values: number[], maps: boolean}} Layer
 *
 * @typedef {object} Answer
 * @property {number | null} sample
 * @property {number | null} label
 * @property {number[]} scores
 * @property {number[] | null} probabilities
 * @property {number} target
 * @property {number | null} chosen
 * @property {number} steepest
 * @property {Layer[]} layers
 * @property {number} layer
 */

/**
 * @param {HTMLElement} root
 * @param {import("./socket.js").Connection} connection
 */
export function mount(root, connection) {
  connection.on("welcome", (/** @type {Welcome} */ welcome) => {
    if (welcome.model === null) {
      root.append(nothing());
      root.dataset.seq = "0";
      return;
    }
    const input = inputPanel(welcome, connection);
    const views = viewsPanel(welcome);
    const scores = scoresPanel(welcome, connection);
    const layers = layersPanel(welcome, connection);
    const parts = [input, views, scores, layers];
    root.append(
      element(
        "div",
        { class: "images-room" },
        messages(null, connection),
        element("p", { class: "muted" }, welcome.model),
        element(
          "div",
          { class: "images-columns" },
          element("div", { class: "side" }, input.whole),
          element("div", { class: "side" }, views.whole),
          element("div", { class: "side" }, scores.whole),
        ),
        layers.whole,
      ),
    );
    /** @type {Answer | null} */
    let answer = null;
    connection.on("answer", (told) => (answer = told));
    connection.on("frame", (frame) => {
      if (!answer) return;
      for (const part of parts) part.show(answer, frame.sections);
      root.dataset.seq = String(frame.sequence);
    });
  });
  return () => delete root.dataset.seq;
}

function nothing() {
  return panel("none", "There is no trained net here", [
    element(
      "p",
      {},
      "Train one, then open the playground with its folder: ",
      element("code", {}, "hubel train --out runs/first"),
      ", then ",
      element("code", {}, "hubel play runs/first"),
      ".",
    ),
  ]);
}
