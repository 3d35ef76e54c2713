// @ts-check
/** How layers, units and numbers are called. */

/** @typedef {import("./store.js").Settings} Settings */

/** @type {Record<string, string>} */
export const WORDS = {
  tanh: "tanh",
  relu: "ReLU",
  leaky_relu: "leaky ReLU",
  elu: "ELU",
  sigmoid: "sigmoid",
  maxout: "maxout",
  sgd: "SGD",
  nesterov: "Nesterov",
  adam: "Adam",
  softmax: "softmax",
  svm: "SVM (hinge)",
  circle: "disc in a ring",
  spiral: "spirals",
  xor: "exclusive or",
  blobs: "clouds",
  simple: "thirteen points",
  random: "labels by chance",
  own: "points of your own",
};

/**
 * @param {Settings} settings
 * @param {number} layer
 */
export function layerName(settings, layer) {
  return layer < settings.layers.length ? `hidden layer ${layer + 1}` : "scores";
}

/**
 * @param {Settings} settings
 * @param {number} layer
 */
export function widthOf(settings, layer) {
  return settings.layers[layer]?.units ?? settings.classes;
}

/**
 * Call a net as the slide "Neural Networks: Architectures" does.
 * @param {Settings} settings
 */
export function netName({ layers }) {
  if (!layers.length) return "linear classifier";
  const hidden = `${layers.length}-hidden-layer net`;
  return `${layers.length + 1}-layer net, or ${hidden}`;
}

/**
 * Write a number in few letters, with a true minus.
 * @param {number | null | undefined} value
 * @param {number} [digits]
 */
export function short(value, digits = 3) {
  if (value === null || value === undefined) return "–";
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)) {
    const [head, power] = value.toExponential(digits - 1).split("e");
    return `${Number(head)}e${power.replace("+", "")}`.replaceAll("-", "−");
  }
  return String(Number(value.toPrecision(digits))).replace("-", "−");
}

/** @param {number} value */
export function count(value) {
  return value.toLocaleString("en-US");
}

/** @param {number | null | undefined} share */
export function percent(share) {
  if (share === null || share === undefined) return "–";
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}
