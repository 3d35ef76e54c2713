// @ts-check
/** How the page looks to one person: light or dark; kept by the browser. */

import { element } from "./element.js";

const KEY = "hubel-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");
/** @type {Set<() => void>} */
const watchers = new Set();

/** Whether the page is dark now. */
export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : dark.matches;
}

/**
 * Call a listener when the page turns light or dark; returns what ends that.
 * @param {() => void} listener
 */
export function whenThemeTurns(listener) {
  watchers.add(listener);
  return () => watchers.delete(listener);
}

/** @param {string} theme */
function wear(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  for (const listener of watchers) listener();
}

/** Make the choice of light and dark. */
export function preferences() {
  const kept = localStorage.getItem(KEY) ?? "";
  const select = element(
    "select",
    {
      "aria-label": "Light or dark",
      onchange: () => {
        localStorage.setItem(KEY, select.value);
        wear(select.value);
      },
    },
    element("option", { value: "" }, "Auto"),
    element("option", { value: "light" }, "Light"),
    element("option", { value: "dark" }, "Dark"),
  );
  select.value = ["light", "dark"].includes(kept) ? kept : "";
  wear(select.value);
  dark.addEventListener("change", () => wear(select.value));
  return [select];
}
