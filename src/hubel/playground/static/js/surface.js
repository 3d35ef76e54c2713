// @ts-check
/** A canvas that is as sharp as the screen, and drawn again when its size changes. */

import { element } from "./element.js";

export class Surface {
  /**
   * @param {Record<string, any>} attributes
   * @param {() => void} redraw
   */
  constructor(attributes, redraw) {
    this.canvas = element("canvas", attributes);
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.width = this.height = 0;
    new ResizeObserver(() => {
      this.measure();
      redraw();
    }).observe(this.canvas);
  }

  measure() {
    const sharp = Math.min(devicePixelRatio, 2);
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = Math.round(this.width * sharp);
    this.canvas.height = Math.round(this.height * sharp);
    this.context.setTransform(sharp, 0, 0, sharp, 0, 0);
  }

  clear() {
    this.context.clearRect(0, 0, this.width, this.height);
  }
}
