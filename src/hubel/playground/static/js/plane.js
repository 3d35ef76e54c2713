// @ts-check
/** The plane: regions, points, a crosshair; or what one unit answers to. */

import { css, marker, mix, packed, palette } from "./colors.js";
import { border, picture, stretch } from "./regions.js";
import { Surface } from "./surface.js";

/** @typedef {import("./frame.js").Section} Section */
/** @typedef {import("./store.js").Values} Values */

const THUMB = 30; // as in hubel/playground/_view.py

export class Plane {
  /**
   * @param {Record<string, any>} attributes of its canvas
   * @param {() => void} redraw
   */
  constructor(attributes, redraw) {
    this.surface = new Surface(attributes, redraw);
    this.canvas = this.surface.canvas;
    this.edge = 1.25;
  }

  /** @param {number} x */
  across(x) {
    return ((x + this.edge) / (2 * this.edge)) * this.surface.width;
  }

  /** @param {number} y */
  down(y) {
    return ((this.edge - y) / (2 * this.edge)) * this.surface.height;
  }

  /**
   * Return the place of the plane under a pixel.
   * @param {number} px
   * @param {number} py
   * @returns {[number, number]}
   */
  place(px, py) {
    return [
      (px / this.surface.width) * 2 * this.edge - this.edge,
      this.edge - (py / this.surface.height) * 2 * this.edge,
    ];
  }

  /** @param {Values} values */
  draw(values) {
    const { context, width, height } = this.surface;
    const raster = values.frame?.sections.raster;
    if (!raster || !width) return;
    this.edge = values.edge;
    const colors = palette(values.palette);
    const unit = probed(values);
    if (unit) stretch(context, unit, 0, 0, width, height);
    else {
      const hard = values.shading === "hard";
      stretch(context, picture(raster, colors, hard), 0, 0, width, height, !hard);
    }
    if (raster.channels === 1) {
      context.strokeStyle = colors.ink;
      context.lineWidth = 1.4;
      border(context, raster, width, height);
    }
    this.axes(colors);
    this.points(values.points, colors);
    if (values.cursor) this.crosshair(values, colors);
  }

  /** @param {import("./colors.js").Palette} colors */
  axes(colors) {
    const { context, width, height } = this.surface;
    context.strokeStyle = colors.ink;
    context.globalAlpha = 0.18;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(this.across(0), 0);
    context.lineTo(this.across(0), height);
    context.moveTo(0, this.down(0));
    context.lineTo(width, this.down(0));
    context.stroke();
    context.globalAlpha = 0.75;
    context.fillStyle = colors.ink;
    context.font = "11px system-ui, sans-serif";
    for (const at of [-1, 1]) {
      const text = String(at).replace("-", "−");
      context.textAlign = "center";
      context.fillText(text, this.across(at), height - 5);
      context.textAlign = "left";
      context.fillText(text, 4, this.down(at) + 4);
    }
    context.globalAlpha = 1;
  }

  /**
   * @param {import("./store.js").Point[]} points
   * @param {import("./colors.js").Palette} colors
   */
  points(points, colors) {
    const size = Math.min(5, Math.max(2.6, this.surface.width / 80));
    for (const [x, y, label, test] of points) {
      marker(
        this.surface.context, this.across(x), this.down(y), label, test === 1, colors,
        points.length > 600 ? size * 0.7 : size,
      );
    }
  }

  /**
   * @param {Values} values
   * @param {import("./colors.js").Palette} colors
   */
  crosshair({ cursor, brush }, colors) {
    const { context } = this.surface;
    if (!cursor) return;
    const [x, y] = [this.across(cursor.x), this.down(cursor.y)];
    for (const [style, line] of /** @type {[string, number][]} */ (
      [[colors.surface, 4], [colors.ink, 2]]
    )) {
      context.strokeStyle = style;
      context.lineWidth = line;
      context.beginPath();
      for (const [sx, sy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        context.moveTo(x + 8 * sx, y + 8 * sy);
        context.lineTo(x + 18 * sx, y + 18 * sy);
      }
      context.stroke();
    }
    if (brush !== "eraser") marker(context, x, y, brush, false, colors, 4);
  }
}

/**
 * Return the picture of the unit that is looked at, if there is one.
 * @param {Values} values
 * @returns {ImageData | null}
 */
function probed({ probe, units, settings, palette: name }) {
  if (!probe || !units || probe.layer >= settings.layers.length) return null;
  let before = 0;
  for (const layer of settings.layers.slice(0, probe.layer)) before += layer.units;
  return unitPicture(units, before + probe.unit, palette(name));
}

/**
 * Return what a unit answers over the plane: one colour below zero, another above.
 * @param {Section} units
 * @param {number} index
 * @param {import("./colors.js").Palette} colors
 */
export function unitPicture(units, index, colors) {
  const image = new ImageData(THUMB, THUMB);
  const pixels = new Uint32Array(image.data.buffer);
  const table = answers(colors);
  const start = index * THUMB * THUMB;
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[units.data[start + i]];
  return image;
}

/** @type {{colors: string, table: Uint32Array} | null} */
let kept = null;

/** @param {import("./colors.js").Palette} colors */
function answers(colors) {
  const key = css(colors.tints[0]) + css(colors.neutral);
  if (kept?.colors !== key) {
    const table = new Uint32Array(256);
    for (let i = 0; i < 256; i++) {
      const share = (i - 127.5) / 127.5;
      table[i] = packed(mix(colors.neutral, colors.tints[share < 0 ? 0 : 1], Math.abs(share)));
    }
    kept = { colors: key, table };
  }
  return kept.table;
}
