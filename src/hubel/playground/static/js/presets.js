// @ts-check
/** Examples with a story, one click each; some of them side by side. */

import { button, element, panel } from "./element.js";

/** @typedef {import("./store.js").Preset} Preset */

/** @type {Record<string, string>} */
const TOGETHER = {
  capacity: "More neurons, more capacity",
  regularization: "Stronger regularisation",
};

/**
 * @param {import("./store.js").Store} store
 * @param {import("./socket.js").Connection} connection
 * @param {(presets: Preset[], title: string) => void} compare
 */
export function presetsPanel(store, connection, compare) {
  const { presets } = store.values;
  /** @param {Preset} preset @param {string} [title] */
  const one = (preset, title = preset.title) =>
    button(
      title,
      () => connection.send({ type: "preset", name: preset.name }),
      { class: "preset", "data-preset": preset.name },
    );
  const alone = presets.filter((preset) => !preset.beside).map((preset) => one(preset));
  const sets = [...new Set(presets.map((preset) => preset.beside).filter((name) => name))];
  const groups = sets.map((name) => {
    const members = presets.filter((preset) => preset.beside === name);
    const title = TOGETHER[name] ?? name;
    return element(
      "div",
      { class: "preset-group" },
      element("h3", {}, title),
      element("div", { class: "preset-row" }, ...members.map((preset) => one(preset))),
      button("Side by side", () => compare(members, title), {
        "aria-label": `${title}, side by side`,
        "data-beside": name,
      }),
    );
  });
  const story = element("p", { class: "story", "aria-live": "polite" });
  store.watch(["preset"], ({ preset: name }) => {
    const chosen = presets.find((preset) => preset.name === name);
    story.textContent = chosen?.story ?? "";
    story.hidden = !chosen;
  });
  const whole = panel("examples", "Examples", [
    element("div", { class: "preset-list" }, ...alone),
    ...groups,
    story,
  ]);
  store.watch(["preset"], ({ preset: name }) => {
    for (const each of whole.querySelectorAll("[data-preset]")) {
      each.setAttribute("aria-pressed", String(each.getAttribute("data-preset") === name));
    }
  });
  return whole;
}
