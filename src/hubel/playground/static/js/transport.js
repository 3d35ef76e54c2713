// @ts-check
/** Play, step, back: what moves the training. */

import { button, choice, element } from "./element.js";
import { count } from "./names.js";

const MOST_SEED = 2 ** 31 - 1;

/**
 * @typedef {object} Moves what buttons and keys do
 * @property {() => void} toggle
 * @property {() => void} step
 * @property {() => void} reset
 */

/**
 * @param {import("./store.js").Store} store
 * @param {import("./socket.js").Connection} connection
 * @returns {Moves}
 */
export function moves(store, connection) {
  return {
    toggle: () => connection.send({ type: "run", on: !store.values.working }),
    step: () => connection.send({ type: "step", count: 1 }),
    reset: () => connection.send({ type: "reset" }),
  };
}

/**
 * @param {import("./store.js").Store} store
 * @param {import("./socket.js").Connection} connection
 * @param {Moves} move
 */
export function transport(store, connection, move) {
  const play = button("Play", move.toggle, { class: "primary", id: "play", title: "Space" });
  const step = button("Step", move.step, { title: "One step (.)" });
  const reset = button("Reset", move.reset, { title: "The same first weights again (R)" });
  const seed = button("New seed", () => {
    const value = (store.values.settings.seed + 1) % MOST_SEED;
    connection.send({ type: "set", name: "seed", value });
  }, { title: "Other first weights, and other points" });
  const speed = choice(
    "Speed",
    [[1, "1 step a frame"], [5, "5 steps a frame"], [20, "20 steps a frame"],
      [100, "100 steps a frame"], [0, "as fast as it can"]],
    (value) => connection.send({ type: "run", on: store.values.working, speed: Number(value) }),
  );
  const told = element("output", { class: "told", "aria-label": "Steps so far" });
  store.watch(["working"], ({ working }) => {
    play.textContent = working ? "Pause" : "Play";
    play.dataset.working = String(working);
  });
  store.watch(["speed"], (values) => (speed.select.value = String(values.speed)));
  store.watch(["stats", "settings", "working"], ({ stats, step: now, settings, working }) => {
    const at = `step ${count(stats?.step ?? now)}`;
    const pace = working && stats?.pace ? `, ${count(stats.pace)} a second` : "";
    told.textContent = `${at}${pace}, seed ${settings.seed}`;
  });
  return element(
    "section",
    { class: "transport", "data-panel": "transport", "aria-label": "Training" },
    element("div", { class: "buttons" }, play, step, reset, seed),
    speed.whole,
    rewind(store, connection),
    told,
  );
}

/**
 * The slider that goes back to an earlier moment.
 * @param {import("./store.js").Store} store
 * @param {import("./socket.js").Connection} connection
 */
function rewind(store, connection) {
  let held = false;
  const note = element("span", {}, "Rewind");
  const slide = element("input", {
    type: "range",
    min: 0,
    max: 0,
    value: 0,
    "aria-label": "Rewind to an earlier step",
    oninput: () => {
      held = true;
      note.textContent = `to ${count(slide.valueAsNumber)}`;
    },
    onchange: () => {
      held = false;
      note.textContent = "Rewind";
      connection.send({ type: "rewind", step: slide.valueAsNumber });
    },
  });
  store.watch(["stats"], ({ stats }) => {
    if (held || !stats) return;
    slide.max = slide.value = String(stats.step);
    slide.disabled = stats.step === 0;
    slide.setAttribute("aria-valuetext", `step ${stats.step}`);
  });
  return element("label", { class: "field rewind" }, note, slide);
}
