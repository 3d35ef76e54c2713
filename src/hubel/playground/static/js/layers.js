// @ts-check
/** The layers of the net: more, fewer, wider, and what they do with their sums. */

import { button, choice, element } from "./element.js";
import { WORDS } from "./names.js";

/**
 * @typedef {import("./store.js").Layer} Layer
 * @typedef {{whole: HTMLElement, place: (middles: number[]) => void}} Editor
 */

/**
 * @param {import("./store.js").Store} store
 * @param {import("./socket.js").Connection} connection
 * @returns {Editor}
 */
export function layerEditor(store, connection) {
  const whole = element("div", { class: "layer-heads" });
  /** @param {Layer[]} layers */
  const send = (layers) => connection.send({ type: "set", name: "layers", value: layers });
  /** @type {number[]} */
  let middles = [];
  let shape = "";
  const build = () => {
    const { settings, limits } = store.values;
    const focused = document.activeElement?.getAttribute("aria-label");
    const heads = settings.layers.map((_, i) => head(store, i, send));
    const adding = button("+ layer", () => send([...settings.layers, { units: 4, activation: "tanh" }]), {
      "aria-label": "Add a hidden layer",
      disabled: settings.layers.length >= limits.layers,
    });
    const inputs = element("div", { class: "layer-head" }, element("b", {}, "Inputs"));
    const outputs = element("div", { class: "layer-head" }, element("b", {}, "Scores"), adding);
    whole.replaceChildren(inputs, ...heads, outputs);
    for (const each of whole.querySelectorAll("[aria-label]")) {
      if (each.getAttribute("aria-label") === focused) /** @type {HTMLElement} */ (each).focus();
    }
    put();
  };
  const put = () =>
    [...whole.children].forEach((each, i) => {
      /** @type {HTMLElement} */ (each).style.left = `${middles[i] ?? 0}px`;
    });
  store.watch(["settings"], ({ settings }) => {
    const now = JSON.stringify(settings.layers);
    if (now !== shape) build();
    shape = now;
  });
  return {
    whole,
    place(given) {
      middles = given;
      put();
    },
  };
}

/**
 * The controls above one hidden layer.
 * @param {import("./store.js").Store} store
 * @param {number} index
 * @param {(layers: Layer[]) => void} send
 */
function head(store, index, send) {
  const { settings, limits } = store.values;
  const layer = settings.layers[index];
  /** @param {Partial<Layer>} change */
  const change = (change) =>
    send(store.values.settings.layers.map((each, i) => (i === index ? { ...each, ...change } : each)));
  const name = `hidden layer ${index + 1}`;
  const { whole, select } = choice(
    "f",
    limits.activation.map((/** @type {string} */ each) => [each, WORDS[each]]),
    (activation) => change({ activation }),
    { "aria-label": `Activation of ${name}` },
  );
  select.value = layer.activation;
  whole.classList.add("bare");
  return element(
    "div",
    { class: "layer-head" },
    element(
      "div",
      { class: "stepper" },
      button("−", () => change({ units: layer.units - 1 }), {
        "aria-label": `One unit fewer in ${name}`,
        disabled: layer.units <= 1,
      }),
      element("output", { "aria-label": `Units of ${name}` }, String(layer.units)),
      button("+", () => change({ units: layer.units + 1 }), {
        "aria-label": `One unit more in ${name}`,
        disabled: layer.units >= limits.units,
      }),
      button("✕", () => send(settings.layers.filter((_, i) => i !== index)), {
        "aria-label": `Take ${name} away`,
        class: "quiet",
      }),
    ),
    whole,
  );
}
