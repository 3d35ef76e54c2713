// @ts-check
/** Keys that work everywhere on the page but in a field. */

/**
 * @param {import("./store.js").Store} store
 * @param {import("./transport.js").Moves} move
 * @param {HTMLElement} room they do nothing while it is hidden
 * @returns {() => void} what takes the keys away again
 */
export function listenToKeys(store, move, room) {
  /** @param {KeyboardEvent} event */
  const listener = (event) => {
    if (room.hidden) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    const target = /** @type {HTMLElement} */ (event.target);
    const typing = target.closest("input:not([type=range], [type=radio]), select, textarea, dialog");
    if (typing) return;
    if (event.key === " ") {
      if (target.closest("button, summary, [type=radio]")) return;
      move.toggle();
    } else if (event.key === ".") move.step();
    else if (event.key === "r" || event.key === "R") move.reset();
    else if (["1", "2", "3"].includes(event.key)) {
      const brush = Number(event.key) - 1;
      if (brush < store.values.settings.classes) store.set({ brush });
    } else return;
    event.preventDefault();
  };
  document.addEventListener("keydown", listener);
  return () => document.removeEventListener("keydown", listener);
}
