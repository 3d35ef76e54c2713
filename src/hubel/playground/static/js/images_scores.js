// @ts-check
/** The score of every class; the one that is chosen is differentiated. */

import { bar } from "./bar.js";
import { button, element, panel } from "./element.js";
import { percent, short } from "./names.js";

/**
 * @param {import("./images_room.js").Welcome} welcome
 * @param {import("./socket.js").Connection} connection
 */
export function scoresPanel({ classes }, connection) {
  /** @type {number | null} */
  let chosen = null;
  const rows = classes.map((name, i) => {
    const length = bar();
    const value = element("span");
    const whole = element(
      "button",
      {
        type: "button",
        class: "score",
        onclick: () => connection.send({ type: "target", class: chosen === i ? -1 : i }),
      },
      element("b", {}, name),
      length.whole,
      value,
    );
    return { whole, length, value };
  });
  const highest = button("Of the highest", () => connection.send({ type: "target", class: -1 }));
  const told = element("p", { class: "unseen", role: "status", "aria-live": "polite" });
  return {
    whole: panel("scores", "Scores", [
      element("div", { class: "score-list" }, ...rows.map(({ whole }) => whole)),
      element("p", { class: "fine muted" }, "Press a class to see the gradient of its score. ✓ is the true one."),
      told,
    ], [highest]),
    /** @param {import("./images_room.js").Answer} answer */
    show: (answer) => {
      chosen = answer.chosen;
      highest.disabled = chosen === null;
      const sizes = answer.probabilities ?? answer.scores;
      const most = answer.probabilities ? 1 : Math.max(...sizes.map(Math.abs), 1e-9);
      const top = answer.scores.indexOf(Math.max(...answer.scores));
      rows.forEach(({ whole, length, value }, i) => {
        length.show(sizes[i] / most);
        value.textContent = answer.probabilities ? percent(sizes[i]) : short(sizes[i]);
        whole.title = `Score ${short(answer.scores[i])}`;
        whole.setAttribute("aria-pressed", String(i === answer.target));
        whole.classList.toggle("true", i === answer.label);
        whole.classList.toggle("top", i === top);
      });
      const said = `Taken for ${classes[top]}`;
      if (told.textContent !== said) told.textContent = said;
    },
  };
}
