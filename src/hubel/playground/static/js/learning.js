// @ts-check
/** How the net learns: what can be turned while it does. */

import { choice, element, panel } from "./element.js";
import { knob } from "./knob.js";
import { WORDS } from "./names.js";

/** @typedef {import("./store.js").Settings} Settings */

/**
 * @param {import("./store.js").Store} store
 * @param {import("./socket.js").Connection} connection
 */
export function learningPanel(store, connection) {
  const { limits } = store.values;
  /** @param {keyof Settings} name */
  const set = (name) => (/** @type {any} */ value) => connection.send({ type: "set", name, value });
  /** @param {string} label @param {"optimizer" | "loss"} name */
  const word = (label, name) => {
    const made = choice(label, limits[name].map((/** @type {string} */ each) => [each, WORDS[each]]), set(name));
    store.watch(["settings"], ({ settings }) => (made.select.value = settings[name]));
    return made.whole;
  };
  /**
   * @param {string} label
   * @param {"lr" | "momentum" | "l2" | "batch"} name
   * @param {"linear" | "whole" | "log" | "log0"} scale
   * @param {[number, number]} range
   */
  const turned = (label, name, scale, range) => {
    const made = knob(label, ...range, scale, set(name));
    store.watch(["settings"], ({ settings }) => {
      made.show(settings[name]);
      if (name === "momentum") made.whole.hidden = settings.optimizer === "adam";
    });
    return made.whole;
  };
  return panel("learning", "How it learns", [
    turned("Learning rate", "lr", "log", [1e-5, 10]),
    turned("Regularisation λ", "l2", "log0", [0, 10]),
    turned("Momentum", "momentum", "linear", [0, 0.999]),
    turned("Batch", "batch", "whole", limits.batch),
    element("div", { class: "fields" }, word("Optimiser", "optimizer"), word("Loss", "loss")),
    stops(store, connection),
    element(
      "p",
      { class: "fine muted" },
      "All of these may be turned while the net learns; it keeps its weights.",
    ),
  ]);
}

/**
 * When training ends by itself.
 * @param {import("./store.js").Store} store
 * @param {import("./socket.js").Connection} connection
 */
function stops(store, connection) {
  const send = () => {
    const until = /** @type {Record<string, number>} */ ({});
    if (steps.valueAsNumber > 0) until.steps = steps.valueAsNumber;
    if (right.valueAsNumber > 0) until.accuracy = right.valueAsNumber / 100;
    connection.send({ type: "until", ...until });
  };
  const steps = element("input", { type: "number", min: 1, step: 1, placeholder: "never", onchange: send });
  const right = element("input", {
    type: "number", min: 1, max: 100, step: "any", placeholder: "never", onchange: send,
  });
  store.watch(["until"], ({ until }) => {
    if (document.activeElement !== steps) steps.value = String(until.steps ?? "");
    if (document.activeElement !== right) {
      right.value = until.accuracy === null ? "" : String(Number((until.accuracy * 100).toFixed(4)));
    }
  });
  return element(
    "div",
    { class: "fields" },
    element("label", { class: "field" }, element("span", {}, "Stop at step"), steps),
    element("label", { class: "field" }, element("span", {}, "or at % right"), right),
  );
}
