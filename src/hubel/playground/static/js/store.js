// @ts-check
/** What a room's panels know, in one place; they listen to the parts that they show. */

/**
 * @typedef {{units: number, activation: string}} Layer
 * @typedef {[number, number, number, number]} Point x, y, class, 1 if for the test
 *
 * @typedef {object} Settings
 * @property {Layer[]} layers
 * @property {string} loss
 * @property {string} optimizer
 * @property {number} lr
 * @property {number} momentum
 * @property {number} l2
 * @property {number} batch
 * @property {number} seed
 * @property {string} data
 * @property {number} count
 * @property {number} classes
 * @property {number} noise
 * @property {number} test_share
 *
 * @typedef {object} Row
 * @property {number} step
 * @property {number | null} loss
 * @property {number | null} penalty
 * @property {number | null} accuracy
 * @property {number | null} test_loss
 * @property {number | null} test_accuracy
 * @property {number} [pace]
 *
 * @typedef {object} Wires
 * @property {number[][]} weight
 * @property {number[]} bias
 * @property {number[][]} weight_gradient
 * @property {number[]} bias_gradient
 *
 * @typedef {{name: string, title: string, story: string, settings: Settings,
 *   beside: string}} Preset
 *
 * @typedef {object} Values
 * @property {Settings} settings
 * @property {{layer: number, pair: [number, number], grid: boolean, units: boolean,
 *   wires: boolean}} view
 * @property {{steps: number | null, accuracy: number | null}} until
 * @property {boolean} working
 * @property {number} speed
 * @property {number} configuration
 * @property {number} step
 * @property {Point[]} points
 * @property {Row[]} rows
 * @property {Row | null} stats
 * @property {Wires[] | null} wires
 * @property {import("./frame.js").Frame | null} frame
 * @property {import("./frame.js").Section | null} units
 * @property {Record<string, any>} limits
 * @property {Preset[]} presets
 * @property {string} preset the name of the one that was chosen last
 * @property {number} edge
 * @property {number | "eraser"} brush
 * @property {"shaded" | "hard"} shading
 * @property {"plain" | "slides"} palette
 * @property {boolean} fixed whether the grid keeps its scale
 * @property {{layer: number, unit: number} | null} selected
 * @property {{layer: number, unit: number} | null} probe whose answers the plane shows
 * @property {{x: number, y: number, held: number} | null} cursor
 * @property {string[]} hide
 * @property {string} notice what the page has to say
 */

export class Store {
  /** @param {Values} values */
  constructor(values) {
    this.values = values;
    /** @type {{names: (keyof Values)[], listener: (values: Values) => void}[]} */
    this.listeners = [];
  }

  /**
   * Change some values; whoever listens to one of them is called once.
   * @param {Partial<Values>} changes
   */
  set(changes) {
    Object.assign(this.values, changes);
    for (const { names, listener } of this.listeners) {
      if (names.some((name) => name in changes)) listener(this.values);
    }
  }

  /**
   * Call a listener now, and whenever one of these values has been set.
   * @param {(keyof Values)[]} names
   * @param {(values: Values) => void} listener
   */
  watch(names, listener) {
    this.listeners.push({ names, listener });
    listener(this.values);
  }
}
