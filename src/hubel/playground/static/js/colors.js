// @ts-check
/** The colours of classes, regions, weights; those of hubel/view/_theme.py. */

import { isDark } from "./preferences.js";

/**
 * @typedef {object} Palette
 * @property {string[]} classes of points and lines
 * @property {number[][]} tints of regions, red, green, blue
 * @property {number[]} neutral between two regions
 * @property {string} surface
 * @property {string} raised
 * @property {string} ink
 * @property {string} muted
 * @property {string} hairline
 * @property {string} value of numbers that go forward
 * @property {string} gradient of numbers that come back
 * @property {string[]} lines of the loss: learned from, test, penalty
 */

const LIGHT = {
  surface: "#ffffff",
  raised: "#f5f7f9",
  ink: "#1c2126",
  muted: "#545d68",
  hairline: "#e1e5ea",
  value: "#1b6e48",
  gradient: "#a8194a",
  lines: ["#0b5fa5", "#b0470a", "#7a3fa3"],
  neutral: [255, 255, 255],
};
const DARK = {
  surface: "#15181c",
  raised: "#1d2126",
  ink: "#e6e9ec",
  muted: "#a3adb8",
  hairline: "#2c3238",
  value: "#72c99a",
  gradient: "#f690aa",
  lines: ["#74b6f2", "#f2a065", "#c9a0ee"],
  neutral: [21, 24, 28],
};
const CLASSES = {
  plain: {
    light: {
      classes: ["#b0470a", "#0b5fa5", "#7a3fa3"],
      tints: [[244, 178, 132], [150, 196, 236], [208, 178, 232]],
    },
    dark: {
      classes: ["#f2a065", "#74b6f2", "#c9a0ee"],
      tints: [[122, 61, 20], [29, 79, 125], [80, 52, 108]],
    },
  },
  slides: {
    light: {
      classes: ["#c8102e", "#0a7d1e", "#0b5fa5"],
      tints: [[250, 150, 150], [150, 232, 150], [150, 196, 236]],
    },
    dark: {
      classes: ["#ff8a8a", "#6fd67f", "#74b6f2"],
      tints: [[124, 40, 46], [28, 92, 40], [29, 79, 125]],
    },
  },
};
/** How the classes' markers are called. */
export const SHAPES = ["circle", "square", "triangle"];

/**
 * Return the colours of now.
 * @param {"plain" | "slides"} name
 * @returns {Palette}
 */
export function palette(name) {
  const theme = isDark() ? "dark" : "light";
  return { ...(isDark() ? DARK : LIGHT), ...CLASSES[name][theme] };
}

/**
 * Mix two colours.
 * @param {number[]} from
 * @param {number[]} to
 * @param {number} share 0 is the first
 */
export function mix(from, to, share) {
  return from.map((each, i) => Math.round(each + (to[i] - each) * share));
}

/**
 * Return 256 colours, as a canvas stores them, from one class through neutral to another.
 * @param {Palette} colors
 * @param {boolean} hard only the two ends
 */
export function ramp(colors, hard) {
  const table = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    const share = hard ? (i < 128 ? -1 : 1) : (i - 127.5) / 127.5;
    const end = colors.tints[share < 0 ? 0 : 1];
    table[i] = packed(mix(colors.neutral, end, Math.abs(share) ** 0.8));
  }
  return table;
}

/** @param {number[]} color */
export function packed([r, g, b]) {
  return (255 << 24) | (b << 16) | (g << 8) | r;
}

/** @param {number[]} color */
export function css([r, g, b]) {
  return `rgb(${r},${g},${b})`;
}

/**
 * Draw a point's marker: a shape as well as a colour, hollow if it is for the test.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} label
 * @param {boolean} test
 * @param {Palette} colors
 * @param {number} [size]
 */
export function marker(context, x, y, label, test, colors, size = 4.5) {
  context.beginPath();
  if (label === 0) context.arc(x, y, size, 0, 2 * Math.PI);
  else if (label === 1) context.rect(x - size * 0.9, y - size * 0.9, size * 1.8, size * 1.8);
  else {
    context.moveTo(x, y - size * 1.25);
    context.lineTo(x + size * 1.15, y + size * 0.8);
    context.lineTo(x - size * 1.15, y + size * 0.8);
    context.closePath();
  }
  context.fillStyle = test ? colors.surface : colors.classes[label];
  context.strokeStyle = test ? colors.classes[label] : colors.surface;
  context.lineWidth = test ? 1.8 : 1.2;
  context.fill();
  context.stroke();
}
