// @ts-check
/** The points that the net learns from: which, how many, how noisy. */

import { choice, element, panel } from "./element.js";
import { knob } from "./knob.js";
import { WORDS } from "./names.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./socket.js").Connection} connection
 * @param {HTMLElement} files
 */
export function dataPanel(store, connection, files) {
  const { limits } = store.values;
  /** @param {string} name */
  const set = (name) => (/** @type {any} */ value) => connection.send({ type: "set", name, value });
  const kind = choice(
    "Points",
    limits.data.map((/** @type {string} */ each) => [each, WORDS[each]]),
    set("data"),
  );
  const classes = choice("Classes", [[2, "2"], [3, "3"]], (value) => set("classes")(Number(value)));
  const amount = knob("How many", 4, 1000, "whole", late(set("count")));
  const noise = knob("Noise", 0, 0.5, "linear", late(set("noise")));
  const share = knob("Kept for the test", 0, 0.8, "linear", late(set("test_share")));
  store.watch(["settings"], ({ settings }) => {
    kind.select.value = settings.data;
    classes.select.value = String(settings.classes);
    amount.show(settings.count);
    noise.show(settings.noise);
    share.show(settings.test_share);
    const drawn = !["own", "simple"].includes(settings.data);
    amount.whole.hidden = noise.whole.hidden = !drawn;
    share.whole.hidden = settings.data === "own";
  });
  const legend = element("p", { class: "fine muted" });
  store.watch(["points"], ({ points }) => {
    const test = points.filter((point) => point[3]).length;
    legend.textContent =
      `${points.length - test} to learn from (filled), ${test} for the test (hollow).`;
  });
  return panel("data", "Points", [
    element("div", { class: "fields" }, kind.whole, classes.whole),
    amount.whole,
    noise.whole,
    share.whole,
    legend,
    files,
  ]);
}

/**
 * Wait until a slider rests: each of its values would begin a new net.
 * @param {(value: number) => void} send
 */
function late(send) {
  let timer = 0;
  return (/** @type {number} */ value) => {
    clearTimeout(timer);
    timer = window.setTimeout(() => send(value), 120);
  };
}
