// @ts-check
/** The room of points: connects the store to the server and puts the panels together. */

import { curvesPanel } from "./chart.js";
import { compare } from "./compare.js";
import { dataPanel } from "./data.js";
import { choice, element } from "./element.js";
import { pointFiles, roomFiles } from "./files.js";
import { gridPanel } from "./grid.js";
import { listenToKeys } from "./keys.js";
import { learningPanel } from "./learning.js";
import { follow, keepAddress } from "./link.js";
import { messages, summary } from "./messages.js";
import { networkPanel } from "./network.js";
import { notesPanel } from "./notes.js";
import { planePanel } from "./plane_panel.js";
import { whenThemeTurns } from "./preferences.js";
import { presetsPanel } from "./presets.js";
import { Store } from "./store.js";
import { moves, transport } from "./transport.js";

/** @typedef {import("./socket.js").Connection} Connection */

const MOST_ROWS = 1000;
const SPEED = 20; // steps a frame: slow enough to be watched

/**
 * @param {HTMLElement} root
 * @param {Connection} connection
 */
export function mount(root, connection) {
  /** @type {(() => void)[]} */
  const ends = [];
  connection.on("welcome", (welcome) => {
    const hash = location.hash;
    const store = new Store({
      ...welcome,
      rows: [],
      stats: null,
      wires: null,
      frame: null,
      units: null,
      preset: "",
      brush: 0,
      shading: "shaded",
      palette: "plain",
      fixed: false,
      selected: null,
      probe: null,
      cursor: null,
      hide: [],
    });
    receive(store, connection, root);
    connection.send({ type: "view", units: true, wires: true });
    connection.send({ type: "run", on: false, speed: SPEED });
    build(root, store, connection, ends);
    follow(hash, store, connection);
    ends.push(keepAddress(store));
    const pasted = () => follow(location.hash, store, connection);
    window.addEventListener("hashchange", pasted);
    ends.push(() => window.removeEventListener("hashchange", pasted));
    ends.push(whenThemeTurns(() => store.set({ palette: store.values.palette })));
  });
  return () => ends.forEach((end) => end());
}

/**
 * Put what the server says into the store.
 * @param {Store} store
 * @param {Connection} connection
 * @param {HTMLElement} root
 */
function receive(store, connection, root) {
  connection.on("state", (state) => {
    const { type, ...values } = state;
    const before = store.values;
    const begun = values.configuration !== before.configuration;
    const other = shape(values.settings) !== shape(before.settings);
    store.set({
      ...values,
      ...(begun ? { rows: [] } : {}),
      ...(other ? { selected: null, probe: null, units: null, wires: null } : {}),
    });
    store.set({ preset: presetOf(store) });
  });
  connection.on("points", ({ points }) => store.set({ points }));
  connection.on("history", ({ rows }) => store.set({ rows }));
  connection.on("stats", (stats) => {
    const { type, wires, working, ...row } = stats;
    store.set({ stats: row, rows: grown(store.values.rows, row) });
    if (wires) store.set({ wires });
  });
  connection.on("frame", (frame) => {
    if (frame.configuration !== store.values.configuration) return;
    const { units } = frame.sections;
    store.set(units ? { frame, units } : { frame });
    root.dataset.seq = String(frame.sequence);
    root.dataset.step = String(frame.step);
  });
}

/** @param {import("./store.js").Settings} settings */
function shape({ layers, classes }) {
  return JSON.stringify([layers, classes]);
}

/**
 * Return the preset that the settings are; the last one while its knobs are turned.
 * @param {Store} store
 */
function presetOf({ values: { presets, settings, preset } }) {
  const now = JSON.stringify(settings);
  return presets.find((each) => JSON.stringify(each.settings) === now)?.name ?? preset;
}

/**
 * Add a row to the curves, and thin them out where they become long.
 * @param {import("./store.js").Row[]} rows
 * @param {import("./store.js").Row} row
 */
function grown(rows, row) {
  const before = rows.filter((each) => each.step < row.step);
  const all = [...before, row];
  return all.length > MOST_ROWS ? all.filter((_, i) => i % 2 === 0 || i === all.length - 1) : all;
}

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Connection} connection
 * @param {(() => void)[]} ends
 */
function build(root, store, connection, ends) {
  const move = moves(store, connection);
  const room = element("div", { class: "points-room" });
  /** @type {() => void} */
  let leave = () => {};
  /** @param {import("./store.js").Preset[]} presets @param {string} title */
  const besides = (presets, title) => {
    connection.send({ type: "run", on: false });
    room.hidden = true;
    leave = compare(root, connection, presets, title, (chosen) => {
      room.hidden = false;
      if (chosen) connection.send({ type: "preset", name: chosen.name });
    });
  };
  room.append(
    messages(store, connection),
    transport(store, connection, move),
    element(
      "div",
      { class: "columns" },
      element(
        "div",
        { class: "side" },
        presetsPanel(store, connection, besides),
        dataPanel(store, connection, pointFiles(connection)),
      ),
      element(
        "div",
        { class: "middle" },
        planePanel(store, connection),
        gridPanel(store, connection),
        networkPanel(store, connection),
      ),
      element("div", { class: "side" }, curvesPanel(store), learningPanel(store, connection)),
    ),
    notesPanel(store),
    element("footer", { class: "foot" }, roomFiles(store, connection), looks(store), keysNote()),
    summary(store),
  );
  store.watch(["hide"], ({ hide }) => {
    for (const each of room.querySelectorAll("[data-panel]")) {
      const name = /** @type {HTMLElement} */ (each).dataset.panel ?? "";
      /** @type {HTMLElement} */ (each).hidden = hide.includes(name);
    }
    for (const side of /** @type {NodeListOf<HTMLElement>} */ (room.querySelectorAll(".side"))) {
      side.hidden = !side.querySelector(":scope > :not([hidden])");
    }
  });
  root.append(room);
  ends.push(listenToKeys(store, move, room), () => leave());
}

/** @param {Store} store */
function looks(store) {
  const { whole, select } = choice(
    "Colours",
    [["plain", "blue and orange"], ["slides", "red and green, as on the slides"]],
    (value) => store.set({ palette: value === "slides" ? "slides" : "plain" }),
  );
  store.watch(["palette"], (values) => (select.value = values.palette));
  return whole;
}

function keysNote() {
  return element(
    "p",
    { class: "fine muted" },
    "Keys: Space plays and pauses, . takes a step, R begins again, 1 2 3 choose the class.",
  );
}
