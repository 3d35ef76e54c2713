// @ts-check
/**
 * The state of the room as an address, and back. The token is never part of it; what is
 * read is only sent on: the server checks it.
 */

import { fieldsOf, replace, written } from "./address.js";

/**
 * @typedef {import("./store.js").Values} Values
 * @typedef {import("./store.js").Settings} Settings
 */
const MOST_POINTS = 500; // points of one's own that an address carries
const SCALE = 1000; // places are written in thousandths
const WAIT = 300;

/**
 * Write the room as the fields of an address.
 * @param {Values} values
 * @param {string[]} hide panels that the address hides
 */
export function linkFields(values, hide) {
  const { settings, view, until, points } = values;
  const fields = new Map([["room", "points"]]);
  for (const [name, value] of Object.entries(settings)) {
    if (name !== "layers") fields.set(name, String(value));
  }
  fields.set("layers", settings.layers.map((each) => `${each.units}${each.activation}`).join(","));
  fields.set("see", [view.layer, ...view.pair].join(","));
  fields.set("speed", String(values.speed));
  if (until.steps !== null) fields.set("stop", String(until.steps));
  if (until.accuracy !== null) fields.set("right", String(until.accuracy));
  if (values.shading !== "shaded") fields.set("shading", values.shading);
  if (values.palette !== "plain") fields.set("colors", values.palette);
  if (hide.length) fields.set("hide", hide.join(","));
  if (settings.data === "own" && points.length <= MOST_POINTS) {
    const rows = points.map(([x, y, label, test]) =>
      [Math.round(x * SCALE), Math.round(y * SCALE), label, test].join(","),
    );
    fields.set("points", rows.join(";"));
  }
  return fields;
}

/**
 * Keep the address up to date.
 * @param {import("./store.js").Store} store
 */
export function keepAddress(store) {
  let timer = 0;
  const write = () => replace(written(linkFields(store.values, store.values.hide)));
  store.watch(["settings", "view", "until", "speed", "points", "shading", "palette", "hide"], () => {
    clearTimeout(timer);
    timer = window.setTimeout(write, WAIT);
  });
  return () => clearTimeout(timer);
}

/**
 * Ask the server for the state that an address describes.
 * @param {string} hash
 * @param {import("./store.js").Store} store
 * @param {import("./socket.js").Connection} connection
 */
export function follow(hash, store, connection) {
  const fields = fieldsOf(hash);
  const settings = settingsOf(fields, store.values.settings);
  if (Object.keys(settings).length) {
    const points = pointsOf(fields.get("points") ?? "");
    connection.send({ type: "state", settings, ...(points.length ? { points } : {}) });
  }
  const see = (fields.get("see") ?? "").split(",").map(Number);
  if (see.length === 3) connection.send({ type: "view", layer: see[0], pair: see.slice(1) });
  if (fields.has("stop") || fields.has("right")) {
    connection.send({
      type: "until",
      ...(fields.has("stop") ? { steps: Number(fields.get("stop")) } : {}),
      ...(fields.has("right") ? { accuracy: Number(fields.get("right")) } : {}),
    });
  }
  if (fields.has("speed")) {
    connection.send({ type: "run", on: false, speed: Number(fields.get("speed")) });
  }
  store.set({
    shading: fields.get("shading") === "hard" ? "hard" : "shaded",
    palette: fields.get("colors") === "slides" ? "slides" : "plain",
    hide: (fields.get("hide") ?? "").split(",").filter((name) => name),
  });
}

/**
 * Read the settings of an address, those that the server knows.
 * @param {Map<string, string>} fields
 * @param {Settings} known
 */
function settingsOf(fields, known) {
  /** @type {Record<string, any>} */
  const found = {};
  for (const [name, like] of Object.entries(known)) {
    const text = fields.get(name);
    if (text === undefined) continue;
    if (name === "layers") found.layers = layersOf(text);
    else found[name] = typeof like === "number" ? numberOf(text) : text;
  }
  return found;
}

/**
 * Read a number; what is none stays text, for the server to refuse.
 * @param {string} text
 */
function numberOf(text) {
  const value = Number(text);
  return text.trim() && Number.isFinite(value) ? value : text;
}

/** @param {string} text */
function layersOf(text) {
  return text.split(",").filter((each) => each).map((each) => {
    const parts = /^(\d+)(\w+)$/.exec(each);
    return parts ? { units: Number(parts[1]), activation: parts[2] } : each;
  });
}

/** @param {string} text */
function pointsOf(text) {
  return text.split(";").filter((each) => each).slice(0, MOST_POINTS).map((each) => {
    const [x, y, label, test] = each.split(",").map(numberOf);
    return [Number(x) / SCALE, Number(y) / SCALE, label, test];
  });
}
