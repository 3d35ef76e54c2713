// @ts-check
/** Binary frames of the server; the layout is that of hubel/playground/_frame.py. */

const MAGIC = 0x314c4248; // "HBL1", little-endian
const HEAD = 40;
const SECTION = 16;
const NAMES = [
  "", "raster", "grid", "places", "units", "trace", "image", "gradient", "glyphs",
];

/**
 * @typedef {object} Section
 * @property {number} rows
 * @property {number} columns
 * @property {number} channels
 * @property {Uint8Array | Float32Array} data
 *
 * @typedef {object} Frame
 * @property {number} kind
 * @property {boolean} working
 * @property {number} sequence
 * @property {number} configuration
 * @property {number} step
 * @property {Record<string, Section>} sections
 */

/**
 * Read a frame; the numbers of its sections stay where they lie.
 * @param {ArrayBuffer} buffer
 * @returns {Frame}
 */
export function unpack(buffer) {
  const view = new DataView(buffer);
  if (view.getUint32(0, true) !== MAGIC) throw new Error("not a frame");
  /** @type {Record<string, Section>} */
  const sections = {};
  const count = view.getUint16(32, true);
  let at = HEAD;
  for (let i = 0; i < count; i++) {
    const size = view.getUint32(at + 12, true);
    const floats = view.getUint16(at + 2, true) === 2;
    const start = at + SECTION;
    sections[NAMES[view.getUint16(at, true)]] = {
      rows: view.getUint16(at + 4, true),
      columns: view.getUint16(at + 6, true),
      channels: view.getUint16(at + 8, true),
      data: floats
        ? new Float32Array(buffer, start, size / 4)
        : new Uint8Array(buffer, start, size),
    };
    at = start + size + ((8 - (size % 8)) % 8);
  }
  return {
    kind: view.getUint16(4, true),
    working: (view.getUint16(6, true) & 1) === 1,
    sequence: view.getUint32(8, true),
    configuration: view.getUint32(12, true),
    step: Number(view.getBigUint64(16, true)),
    sections,
  };
}
