// @ts-check
/** The page: takes the token, offers the rooms, and mounts the one that is chosen. */

import { fieldsOf, replace, takeToken } from "./address.js";
import { button, element } from "./element.js";
import { preferences } from "./preferences.js";
import { Connection } from "./socket.js";

/**
 * The rooms. Each is a module whose `mount(root, connection)` builds it and returns what
 * takes it away again.
 * @type {Record<string, {title: string,
 *   load: () => Promise<{mount: (root: HTMLElement, connection: Connection) => () => void}>}>}
 */
const ROOMS = {
  points: { title: "Points", load: () => import("./points_room.js") },
  cells: { title: "Cells", load: () => import("./cells_room.js") },
  images: { title: "Images", load: () => import("./images_room.js") },
};

const root = /** @type {HTMLElement} */ (document.getElementById("room"));
const tabs = /** @type {HTMLElement} */ (document.getElementById("rooms"));
const token = takeToken();
let leave = () => {};
/** @type {Map<string, string>} what each room's address was when it was left */
const left = new Map();
let here = "";
let entered = 0;

/** @param {string} name */
async function enter(name) {
  leave();
  leave = () => {};
  here = name;
  const turn = ++entered;
  for (const tab of tabs.children) {
    const chosen = /** @type {HTMLElement} */ (tab).dataset.room === name;
    if (chosen) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  const { mount } = await ROOMS[name].load();
  if (turn !== entered) return; // another room was chosen while this one was fetched
  const connection = new Connection(token, name);
  connection.on("closed", (event) => closed(event.code, name));
  root.replaceChildren();
  const unmount = mount(root, connection);
  leave = () => {
    connection.close();
    unmount();
  };
}

/**
 * Say that the connection has ended, and what to do.
 * @param {number} code
 * @param {string} name
 */
function closed(code, name) {
  const why =
    code === 4401
      ? "This page was opened without its key. Open the address that hubel play printed."
      : code === 4429
        ? "Too many pages of the playground are open. Close one, then try again."
        : "The server has ended, or let the page go after half an hour without a word.";
  root.prepend(
    element(
      "div",
      { class: "message bad", role: "alert" },
      element("p", {}, why),
      button("Connect again", () => enter(name)),
    ),
  );
}

document.getElementById("preferences")?.append(...preferences());
for (const [name, { title }] of Object.entries(ROOMS)) {
  const go = () => {
    left.set(here, location.hash.slice(1));
    replace(left.get(name) ?? `room=${name}`);
    enter(name);
  };
  tabs.append(button(title, go, { "data-room": name, class: "tab" }));
}
const wanted = fieldsOf(location.hash).get("room") ?? "";
enter(Object.hasOwn(ROOMS, wanted) ? wanted : Object.keys(ROOMS)[0]);
