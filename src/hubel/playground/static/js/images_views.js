// @ts-check
/** The image, its oriented gradients, and what the score would like to have changed. */

import { element, panel } from "./element.js";
import { short } from "./names.js";
import { paint } from "./pixels.js";

/** @type {[string, string, string][]} */
const VIEWS = [
  ["image", "What the net sees", ""],
  ["gradient", "Gradient by the pixels", ""],
  ["glyphs", "Oriented gradients (HOG)", "Strokes lie along the edges of each 8 × 8 cell; the stronger, the brighter."],
];

/** @param {import("./images_room.js").Welcome} welcome */
export function viewsPanel({ classes, shape }) {
  const made = VIEWS.map(([name, title, text]) => {
    const canvas = element("canvas", { role: "img", "aria-label": title, "data-view": name });
    const caption = element("span", { class: "fine muted" }, text);
    const whole = element("figure", {}, canvas, element("figcaption", {}, element("b", {}, title), element("br"), caption));
    return { name, canvas, caption, whole };
  });
  return {
    whole: panel("views", "Pushed through", [
      element("div", { class: "view-row" }, ...made.map(({ whole }) => whole)),
      element(
        "p",
        { class: "fine muted" },
        "The gradient is that of one class's score: where it is bright, a brighter pixel " +
          "raises the score; where it is dark, a darker one does; grey pixels do not matter. " +
          "Choose the class among the scores.",
      ),
    ]),
    /**
     * @param {import("./images_room.js").Answer} answer
     * @param {Record<string, import("./frame.js").Section>} sections
     */
    show: (answer, sections) => {
      for (const { name, canvas, whole } of made) {
        whole.hidden = !(name in sections);
        if (name in sections) paint(canvas, sections[name]);
      }
      const { sample, label, target, steepest } = answer;
      const what = label === null ? "" : `: ${classes[label]}`;
      made[0].caption.textContent =
        sample === null ? `Yours, ${shape[1]} × ${shape[0]}` : `Test image ${sample}${what}`;
      made[1].caption.textContent = steepest
        ? `Of the score of ${classes[target]}; at most ${short(steepest)} a grey level.`
        : `The score of ${classes[target]} has no gradient here: it changes in jumps, or not at all.`;
    },
  };
}
