// @ts-check
/** The knobs of the stimulus and of the model cells. */

import { degrees } from "./cells_screen.js";
import { choice, element, panel } from "./element.js";
import { knob } from "./knob.js";
import { lately } from "./lately.js";

const RADIANS = Math.PI / 180;

/**
 * @typedef {object} Turned a knob and what it turns
 * @property {string} name
 * @property {string} label
 * @property {number} least
 * @property {number} most
 * @property {"linear" | "whole" | "log"} scale
 * @property {boolean} [angle] in degrees on the page
 * @property {"grating" | "bar"} [only]
 */
/** @type {Turned[]} */
const STIMULUS = [
  { name: "orientation", label: "turned by, °", least: 0, most: 180, scale: "whole", angle: true },
  { name: "frequency", label: "waves", least: 0.5, most: 16, scale: "log", only: "grating" },
  { name: "width", label: "width", least: 0.02, most: 0.5, scale: "linear", only: "bar" },
  { name: "length", label: "length", least: 0.05, most: 2, scale: "linear", only: "bar" },
  { name: "contrast", label: "contrast", least: -1, most: 1, scale: "linear" },
  { name: "speed", label: "speed a second", least: -4, most: 4, scale: "linear" },
];
/** @type {Turned[]} */
const MODEL = [
  { name: "orientation", label: "turned by, °", least: 0, most: 180, scale: "whole", angle: true },
  { name: "frequency", label: "waves", least: 1, most: 8, scale: "log" },
  { name: "phase", label: "phase, °", least: 0, most: 360, scale: "whole", angle: true },
];

/**
 * @param {Turned[]} knobs
 * @param {(changes: Record<string, number>) => void} change
 */
function made(knobs, change) {
  return knobs.map((each) => {
    const { label, least, most, scale, angle } = each;
    const { whole, show } = knob(label, least, most, scale, (value) =>
      change({ [each.name]: angle ? value * RADIANS : value }),
    );
    /** @param {number} value */
    const showIt = (value) => {
      const turn = each.name === "orientation" ? degrees(value) : Math.round(value / RADIANS);
      show(angle ? turn : Number(value.toPrecision(3)));
    };
    return { each, whole, show: showIt };
  });
}

/** @param {import("./socket.js").Connection} connection */
export function stimulusPanel(connection) {
  const send = lately((fields) => connection.send({ type: "stimulus", ...fields }));
  const kind = choice(
    "Show a",
    [["grating", "grating"], ["bar", "bar"]],
    (value) => send(value === "bar" ? { kind: value, speed: 0.5, x: 0, y: 0 } : { kind: value }),
  );
  const knobs = made(STIMULUS, send);
  const time = pause(connection);
  /** @param {any} stimulus */
  const show = (stimulus) => {
    kind.select.value = stimulus.kind;
    for (const { each, whole, show } of knobs) {
      whole.hidden = each.only !== undefined && each.only !== stimulus.kind;
      show(stimulus[each.name]);
    }
  };
  const rows = element("div", { class: "knobs" }, ...knobs.map(({ whole }) => whole));
  return {
    whole: panel("stimulus", "What it shows", [rows], [kind.whole, time.whole]),
    /** @param {import("./cells_room.js").State} state */
    state: (state) => {
      show(state.stimulus);
      time.show(state.working);
    },
    /** @param {import("./cells_room.js").Answers} answers */
    answers: (answers) => show(answers.stimulus),
  };
}

/** @param {import("./socket.js").Connection} connection */
function pause(connection) {
  let working = true;
  const whole = element(
    "button",
    { type: "button", onclick: () => connection.send({ type: "run", on: !working }) },
    "Pause",
  );
  return {
    whole,
    /** @param {boolean} now */
    show: (now) => {
      working = now;
      whole.textContent = now ? "Pause" : "Go on";
    },
  };
}

/** @param {import("./socket.js").Connection} connection */
export function modelPanel(connection) {
  const send = lately((fields) => connection.send({ type: "model", ...fields }));
  const knobs = made(MODEL, send);
  const rows = element("div", { class: "knobs" }, ...knobs.map(({ whole }) => whole));
  return {
    whole: panel("model", "The field of the model cells", [
      rows,
      element(
        "p",
        { class: "fine muted" },
        "Stripes under a Gaussian (a Gabor function). The simple cell adds up the light in " +
          "its field and cuts off what is below zero; the complex cell adds the squares of " +
          "two such sums, a quarter of a wave apart.",
      ),
    ]),
    /** @param {import("./cells_room.js").State} state */
    state: ({ model }) => {
      for (const { each, show } of knobs) show(/** @type {any} */ (model)[each.name]);
    },
  };
}
