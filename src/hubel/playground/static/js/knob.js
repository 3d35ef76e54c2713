// @ts-check
/** A number that can be slid and typed. */

import { element } from "./element.js";

const NOTCHES = 1000;

/**
 * Make a knob.
 * @param {string} label
 * @param {number} least
 * @param {number} most
 * @param {"linear" | "whole" | "log" | "log0"} scale log0 has 0 at its left end
 * @param {(value: number) => void} changed
 */
export function knob(label, least, most, scale, changed) {
  const whole = scale === "whole";
  const logs = scale === "log" || scale === "log0";
  const from = scale === "log0" ? 1e-6 : least;
  /** @param {number} notch */
  const valueAt = (notch) => {
    if (scale === "log0" && notch === 0) return 0;
    const share = notch / NOTCHES;
    const value = logs ? from * (most / from) ** share : least + (most - least) * share;
    if (whole) return Math.round(value);
    return Math.min(Number(value.toPrecision(logs ? 2 : 3)), most);
  };
  /** @param {number} value */
  const notchOf = (value) => {
    if (logs && value < from) return 0;
    const share = logs
      ? Math.log(value / from) / Math.log(most / from)
      : (value - least) / (most - least);
    return Math.round(share * NOTCHES);
  };
  const box = element("input", {
    type: "number",
    step: whole ? 1 : "any",
    min: least,
    max: most,
    "aria-label": label,
    onchange: () => Number.isFinite(box.valueAsNumber) && changed(box.valueAsNumber),
  });
  const slide = element("input", {
    type: "range",
    min: 0,
    max: NOTCHES,
    step: 1,
    "aria-label": `${label}, slider`,
    oninput: () => {
      box.value = String(valueAt(slide.valueAsNumber));
      changed(valueAt(slide.valueAsNumber));
    },
  });
  /** @param {number} value */
  const show = (value) => {
    if (document.activeElement !== box) box.value = String(value);
    if (document.activeElement !== slide || valueAt(slide.valueAsNumber) !== value) {
      slide.value = String(notchOf(value));
    }
    slide.setAttribute("aria-valuetext", String(value));
  };
  const made = element("div", { class: "knob" }, element("span", {}, label), box, slide);
  return { whole: made, show };
}
