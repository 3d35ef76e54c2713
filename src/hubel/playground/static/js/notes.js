// @ts-check
/** What the lecture says about what can be seen here. */

import { element, panel } from "./element.js";
import { WORDS } from "./names.js";

/**
 * @typedef {(x: number) => number} Curve
 * @typedef {{f: Curve, slope: Curve, formula: string, flow: string}} Activation
 */
/** @type {Record<string, Activation>} */
const ACTIVATIONS = {
  sigmoid: {
    f: (x) => 1 / (1 + Math.exp(-x)),
    slope: (x) => Math.exp(-x) / (1 + Math.exp(-x)) ** 2,
    formula: "σ(x) = 1 / (1 + e⁻ˣ)",
    flow: "Its gradient is at most 1/4 and vanishes at both ends: such a unit is saturated.",
  },
  tanh: {
    f: Math.tanh,
    slope: (x) => 1 - Math.tanh(x) ** 2,
    formula: "tanh(x)",
    flow: "Centred at zero, with a gradient up to 1; it vanishes at both ends all the same.",
  },
  relu: {
    f: (x) => Math.max(0, x),
    slope: (x) => Number(x > 0),
    formula: "max(0, x)",
    flow: "Passes the gradient on or stops it. A unit that is 0 everywhere never learns again: it is dead, and its picture is blank.",
  },
  leaky_relu: {
    f: (x) => Math.max(0.1 * x, x),
    slope: (x) => (x > 0 ? 1 : 0.1),
    formula: "max(0.1x, x)",
    flow: "A tenth of the gradient comes through below zero, so that no unit dies.",
  },
  elu: {
    f: (x) => (x > 0 ? x : Math.exp(x) - 1),
    slope: (x) => (x > 0 ? 1 : Math.exp(x)),
    formula: "x, or eˣ − 1 below zero",
    flow: "Smooth below zero; there the gradient fades away slowly.",
  },
  maxout: {
    f: (x) => Math.max(0.7 * x + 0.4, -0.5 * x - 0.3),
    slope: (x) => (1.2 * x + 0.7 > 0 ? 0.7 : -0.5),
    formula: "max(w₁ᵀx + b₁, w₂ᵀx + b₂)",
    flow: "The larger of two learned lines: it bends where it learns to, for twice the weights.",
  },
};
const NS = "http://www.w3.org/2000/svg";

/** @param {import("./store.js").Store} store */
export function notesPanel(store) {
  const shown = element("div", { class: "activations" });
  let now = "";
  store.watch(["settings"], ({ settings }) => {
    const used = [...new Set(settings.layers.map((layer) => layer.activation))];
    if (used.join() === now) return;
    now = used.join();
    shown.replaceChildren(...used.map(activation));
  });
  return panel("notes", "From the lecture", [
    element(
      "div",
      { class: "notes-row" },
      note(
        "Setting the number of layers and their sizes",
        "More neurons, more capacity: with 3 hidden units the border can bend a few times, " +
          "with 20 it winds around single points. Compare them side by side under Examples.",
      ),
      note(
        "Do not use the size of a network as a regulariser",
        "Keep the 20 units and turn λ up while it learns: the border becomes smooth. Only the " +
          "weights pay the penalty λ/2 · Σw², drawn apart from the loss. A λ that is strong " +
          "from the first step can keep a net from learning at all; turn it up later.",
      ),
      note(
        "A whole layer at once",
        "Each hidden layer is one product with its weights, one sum with its bias, and f of " +
          "each number. The grid shows what that does to the whole plane.",
      ),
      element(
        "article",
        {},
        element("h3", {}, "Activation functions of this net"),
        shown,
      ),
    ),
  ]);
}

/**
 * @param {string} title
 * @param {string} text
 */
function note(title, text) {
  return element("article", {}, element("h3", {}, title), element("p", {}, text));
}

/** @param {string} name */
function activation(name) {
  const { f, slope, formula, flow } = ACTIVATIONS[name];
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("viewBox", "-3.2 -2.2 6.4 4.4");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${WORDS[name]} and its gradient`);
  svg.append(
    path("axis", "M-3 0H3M0 -2V2"),
    path("gradient", traced(slope)),
    path("value", traced(f)),
  );
  return element(
    "div",
    { class: "activation" },
    svg,
    element("p", {}, element("b", {}, `${WORDS[name]}: `), `${formula}. ${flow}`),
  );
}

/**
 * @param {string} kind
 * @param {string} d
 */
function path(kind, d) {
  const made = document.createElementNS(NS, "path");
  made.setAttribute("class", kind);
  made.setAttribute("d", d);
  return made;
}

/** @param {Curve} curve */
function traced(curve) {
  const places = [];
  for (let x = -3; x <= 3.001; x += 0.05) {
    const y = Math.min(Math.max(curve(x), -2), 2);
    places.push(`${x.toFixed(2)} ${(-y).toFixed(3)}`);
  }
  return `M${places.join("L")}`;
}
