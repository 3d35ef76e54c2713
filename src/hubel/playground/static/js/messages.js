// @ts-check
/** What the server refuses, and what happened to the net, in plain words. */

import { button, element } from "./element.js";
import { count, percent, short } from "./names.js";

const QUIET = 2000; // milliseconds between two sentences of the summary

/**
 * @param {import("./store.js").Store | null} store of the room of points alone
 * @param {import("./socket.js").Connection} connection
 */
export function messages(store, connection) {
  const whole = element("div", { class: "messages" });
  /**
   * @param {string} kind
   * @param {string} text
   * @param {(Node | string)[]} [buttons]
   */
  const say = (kind, text, buttons = []) => {
    const made = element(
      "div",
      { class: `message ${kind}`, role: kind === "bad" ? "alert" : "status" },
      element("p", {}, text),
      ...buttons,
      button("Dismiss", () => made.remove(), { class: "quiet" }),
    );
    whole.replaceChildren(made);
  };
  connection.on("error", ({ problem, remedy }) => {
    const setting = Object.hasOwn(store?.values.settings ?? {}, problem.split(" ")[0]);
    const first = setting ? problem : problem.charAt(0).toUpperCase() + problem.slice(1);
    say("bad", remedy ? `${first}: ${remedy}.`.replace("..", ".") : `${first}.`);
  });
  if (!store) return whole;
  connection.on("diverged", ({ problem, remedy, step }) => {
    const lr = store.values.settings.lr / 10;
    say("bad", `${problem} ${remedy} (Step ${count(step)}.)`, [
      button(`Go on with ${short(lr)}`, () => {
        connection.send({ type: "set", name: "lr", value: lr });
        connection.send({ type: "run", on: true });
        whole.replaceChildren();
      }),
    ]);
  });
  connection.on("reached", ({ step }) => say("good", `Stopped at step ${count(step)}, as you asked.`));
  return whole;
}

/**
 * A sentence for screen readers, at most every two seconds.
 * @param {import("./store.js").Store} store
 */
export function summary(store) {
  const whole = element("p", { class: "unseen", role: "status", "aria-live": "polite" });
  let said = 0;
  let timer = 0;
  const say = () => {
    timer = 0;
    said = performance.now();
    const { stats, working } = store.values;
    if (!stats) return;
    const test = stats.test_accuracy === null ? "" : `, test ${percent(stats.test_accuracy)}`;
    const text =
      `${working ? "Learning" : "At rest"}, step ${count(stats.step)}, ` +
      `loss ${short(stats.loss)}, ${percent(stats.accuracy)} right${test}`;
    if (whole.textContent !== text) whole.textContent = text;
  };
  store.watch(["stats", "working"], () => {
    if (!timer) timer = window.setTimeout(say, Math.max(0, said + QUIET - performance.now()));
  });
  return whole;
}
