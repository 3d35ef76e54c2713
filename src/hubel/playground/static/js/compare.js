// @ts-check
/** Several examples side by side: each a session of its own, one button for all. */

import { button, element } from "./element.js";
import { count, percent, short } from "./names.js";
import { Plane } from "./plane.js";
import { whenThemeTurns } from "./preferences.js";
import { Store } from "./store.js";

/**
 * @typedef {import("./store.js").Preset} Preset
 * @typedef {import("./socket.js").Connection} Connection
 */
const SPEED = 20;

/**
 * Show presets side by side in place of the room, until somebody goes back.
 * @param {HTMLElement} root
 * @param {Connection} connection
 * @param {Preset[]} presets
 * @param {string} title
 * @param {(chosen: Preset | null) => void} done
 * @returns {() => void} what takes it away again
 */
export function compare(root, connection, presets, title, done) {
  const sessions = presets.map(() => connection.another());
  /** @param {Record<string, any>} message */
  const all = (message) => sessions.forEach((session) => session.send(message));
  let working = false;
  let seed = presets[0].settings.seed;
  const run = (/** @type {boolean} */ on) => {
    working = on;
    play.textContent = on ? "Pause all" : "Play all";
    all({ type: "run", on, speed: SPEED });
  };
  const play = button("Play all", () => run(!working), { class: "primary" });
  const step = button("Step", () => {
    run(false);
    all({ type: "step", count: 1 });
  });
  const reset = button("Reset", () => all({ type: "reset" }));
  const other = button("New seed", () => all({ type: "set", name: "seed", value: ++seed }));
  const tiles = presets.map((preset, i) => tile(sessions[i], preset, () => finish(preset)));
  /** @param {Preset | null} chosen */
  const finish = (chosen) => {
    leave();
    done(chosen);
  };
  const whole = element(
    "section",
    { class: "compare", "aria-label": title },
    element(
      "div",
      { class: "transport" },
      element("div", { class: "buttons" }, play, step, reset, other),
      element("h2", {}, title),
      button("Back to the room", () => finish(null)),
    ),
    element("p", { class: "story" }, presets[0].story),
    element("div", { class: "tiles-row" }, ...tiles),
  );
  root.append(whole);
  play.focus();
  const leave = () => {
    sessions.forEach((session) => session.close());
    whole.remove();
  };
  return leave;
}

/**
 * One of the nets: its regions, and how well it does.
 * @param {Connection} session
 * @param {Preset} preset
 * @param {() => void} open
 */
function tile(session, preset, open) {
  /** @type {Store | null} */
  let store = null;
  const draw = () => store && plane.draw(store.values);
  const plane = new Plane({ class: "square", role: "img", "aria-label": preset.title }, draw);
  const told = element("p", { class: "tile-told" }, "…");
  session.on("welcome", (welcome) => {
    store = new Store({ ...welcome, shading: "shaded", palette: "plain", frame: null, probe: null });
    session.send({ type: "preset", name: preset.name });
    session.send({ type: "view", grid: false, units: false, wires: false });
  });
  session.on("points", ({ points }) => store?.set({ points }));
  session.on("state", ({ settings, configuration }) => store?.set({ settings, configuration }));
  session.on("frame", (frame) => {
    store?.set({ frame });
    draw();
  });
  session.on("stats", (stats) => {
    told.textContent =
      `step ${count(stats.step)}: ${percent(stats.accuracy)} right, ` +
      `test ${percent(stats.test_accuracy)}, loss ${short(stats.loss)}`;
  });
  session.on("diverged", ({ problem }) => (told.textContent = problem));
  const end = whenThemeTurns(draw);
  session.on("closed", end);
  return element(
    "figure",
    { class: "panel" },
    element("figcaption", { class: "panel-head" }, element("h3", {}, preset.title),
      button("Open", open, { class: "quiet", "aria-label": `Open ${preset.title}` })),
    plane.canvas,
    told,
  );
}
