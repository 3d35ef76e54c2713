// @ts-check
/** The regions of the classes, as a picture and the line between them. */

import { mix, packed, ramp } from "./colors.js";

/** @typedef {import("./frame.js").Section} Section */
/** @typedef {import("./colors.js").Palette} Palette */

/**
 * Return a picture of the regions, a pixel for each cell.
 * @param {Section} raster
 * @param {Palette} colors
 * @param {boolean} hard
 */
export function picture(raster, colors, hard) {
  const image = new ImageData(raster.columns, raster.rows);
  const pixels = new Uint32Array(image.data.buffer);
  const data = raster.data;
  if (raster.channels === 1) {
    const table = ramp(colors, hard);
    for (let i = 0; i < pixels.length; i++) pixels[i] = table[Math.floor(data[i] * 255.99)];
  } else {
    const tables = colors.tints.map((tint) => surely(tint, colors.neutral, hard));
    for (let i = 0; i < pixels.length; i++) pixels[i] = tables[data[2 * i]][data[2 * i + 1]];
  }
  return image;
}

/**
 * Return the colours of one of three classes by how sure the net is of it.
 * @param {number[]} tint
 * @param {number[]} neutral
 * @param {boolean} hard
 */
function surely(tint, neutral, hard) {
  const table = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    const share = hard ? 1 : Math.max(0, (i / 255 - 1 / 3) * 1.5);
    table[i] = packed(mix(neutral, tint, share ** 0.8));
  }
  return table;
}

const scratch = document.createElement("canvas");

/**
 * Draw a small picture over a square.
 * @param {CanvasRenderingContext2D} context
 * @param {ImageData} image
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {boolean} smooth
 */
export function stretch(context, image, x, y, width, height, smooth = true) {
  scratch.width = image.width;
  scratch.height = image.height;
  scratch.getContext("2d")?.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = smooth;
  context.imageSmoothingQuality = "high";
  context.drawImage(scratch, x, y, width, height);
}

/**
 * Trace the line where two classes are equally likely (marching squares).
 * @param {CanvasRenderingContext2D} context
 * @param {Section} raster
 * @param {number} width
 * @param {number} height
 */
export function border(context, raster, width, height) {
  const { rows, columns, data } = raster;
  const dx = width / columns;
  const dy = height / rows;
  context.beginPath();
  for (let i = 0; i < rows - 1; i++) {
    for (let j = 0; j < columns - 1; j++) {
      const at = i * columns + j;
      const a = data[at] - 0.5;
      const b = data[at + 1] - 0.5;
      const c = data[at + columns + 1] - 0.5;
      const d = data[at + columns] - 0.5;
      if (a > 0 === b > 0 && b > 0 === c > 0 && c > 0 === d > 0) continue;
      segment(context, a, b, c, d, (j + 0.5) * dx, (i + 0.5) * dy, dx, dy);
    }
  }
  context.stroke();
}

/**
 * Draw the line through one square between four cells, whose corners clockwise from the
 * top left are a, b, c and d.
 * @param {CanvasRenderingContext2D} context
 * @param {number} a
 * @param {number} b
 * @param {number} c
 * @param {number} d
 * @param {number} x
 * @param {number} y
 * @param {number} dx
 * @param {number} dy
 */
function segment(context, a, b, c, d, x, y, dx, dy) {
  let down = true;
  /** @param {number} px @param {number} py */
  const to = (px, py) => {
    if (down) context.moveTo(px, py);
    else context.lineTo(px, py);
    down = !down;
  };
  if (a > 0 !== b > 0) to(x + (dx * a) / (a - b), y);
  if (b > 0 !== c > 0) to(x + dx, y + (dy * b) / (b - c));
  if (c > 0 !== d > 0) to(x + (dx * d) / (d - c), y + dy);
  if (d > 0 !== a > 0) to(x, y + (dy * a) / (a - d));
}

/**
 * Return what the net says about a place: its class, and how sure it is.
 * @param {Section} raster
 * @param {number} x
 * @param {number} y
 * @param {number} edge
 */
export function verdict(raster, x, y, edge) {
  const column = Math.floor(((x + edge) / (2 * edge)) * raster.columns);
  const row = Math.floor(((edge - y) / (2 * edge)) * raster.rows);
  const inside = (/** @type {number} */ k, /** @type {number} */ most) =>
    Math.min(Math.max(k, 0), most - 1);
  const at = inside(row, raster.rows) * raster.columns + inside(column, raster.columns);
  if (raster.channels === 2) {
    return { label: raster.data[2 * at], sure: raster.data[2 * at + 1] / 255 };
  }
  const second = raster.data[at];
  return second >= 0.5 ? { label: 1, sure: second } : { label: 0, sure: 1 - second };
}
