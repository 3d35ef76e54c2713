// @ts-check
/** What goes in and out: points as CSV, the room as a file, a program, a link. */

import { written } from "./address.js";
import { button, element, tick } from "./element.js";
import { follow, linkFields } from "./link.js";

/**
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./socket.js").Connection} Connection
 */
const PIECE = 10_000; // characters, of up to six bytes; a message has at most 64 KiB
/** @type {[string, string][]} */
const PANELS = [
  ["examples", "Examples"],
  ["data", "Points"],
  ["learning", "How it learns"],
  ["network", "The net"],
  ["grid", "Where a layer puts it"],
  ["curves", "How well it learns"],
  ["notes", "From the lecture"],
  ["transport", "Play, step, rewind"],
];

/**
 * The buttons for points as text.
 * @param {Connection} connection
 */
export function pointFiles(connection) {
  connection.on("table", ({ text }) => download("points.csv", "text/csv", text));
  return element(
    "div",
    { class: "buttons" },
    picker("Open CSV…", ".csv,.txt", (file) => sendFile(connection, "csv", file)),
    button("Save CSV", () => connection.send({ type: "table" })),
  );
}

/**
 * The buttons for the whole room, and their dialogs.
 * @param {Store} store
 * @param {Connection} connection
 */
export function roomFiles(store, connection) {
  connection.on("saved", ({ document: saved }) =>
    download("room.json", "application/json", JSON.stringify(saved)),
  );
  const program = dialog("The same run in Python");
  const text = element("pre", { tabindex: 0 });
  program.body.append(text, copying("Copy", () => text.textContent ?? ""));
  connection.on("code", (message) => {
    text.textContent = message.text;
    program.whole.showModal();
  });
  const share = shareDialog(store, connection);
  return element(
    "div",
    { class: "buttons files", "data-panel": "files" },
    button("Share…", () => share.showModal()),
    button("Copy as Python…", () => connection.send({ type: "code" })),
    button("Save", () => connection.send({ type: "save" }), { title: "The net and its points, as a file" }),
    picker("Open…", ".json", (file) => sendFile(connection, "load", file)),
    program.whole,
    share,
  );
}

/**
 * Send a text in pieces.
 * @param {Connection} connection
 * @param {"csv" | "load"} type
 * @param {string} text
 */
export function sendText(connection, type, text) {
  for (let at = 0; at === 0 || at < text.length; at += PIECE) {
    connection.send({
      type,
      first: at === 0,
      last: at + PIECE >= text.length,
      text: text.slice(at, at + PIECE),
    });
  }
}

/**
 * @param {Connection} connection
 * @param {"csv" | "load"} type
 * @param {File} file
 */
async function sendFile(connection, type, file) {
  sendText(connection, type, await file.text());
}

/**
 * A button that asks for a file.
 * @param {string} label
 * @param {string} accept
 * @param {(file: File) => void} chosen
 */
function picker(label, accept, chosen) {
  const input = element("input", {
    type: "file",
    accept,
    hidden: true,
    "aria-label": label,
    onchange: () => {
      if (input.files?.[0]) chosen(input.files[0]);
      input.value = "";
    },
  });
  return element("span", {}, button(label, () => input.click()), input);
}

/**
 * @param {string} name
 * @param {string} type
 * @param {string} text
 */
function download(name, type, text) {
  const href = URL.createObjectURL(new Blob([text], { type }));
  element("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}

/** @param {string} title */
function dialog(title) {
  const body = element("div", { class: "dialog-body" });
  const whole = element("dialog", { "aria-label": title });
  whole.append(
    element("div", { class: "panel-head" }, element("h2", {}, title),
      button("Close", () => whole.close(), { class: "quiet" })),
    body,
  );
  return { whole, body };
}

/**
 * A button that copies a text, and says so.
 * @param {string} label
 * @param {() => string} text
 */
function copying(label, text) {
  const made = button(label, async () => {
    try {
      await navigator.clipboard.writeText(text());
      made.textContent = "Copied";
    } catch {
      made.textContent = "Select the text and copy it";
    }
    setTimeout(() => (made.textContent = label), 1500);
  });
  return made;
}

/**
 * A link to this state; a teacher may hide panels in it.
 * @param {Store} store
 * @param {Connection} connection
 */
function shareDialog(store, connection) {
  const { whole, body } = dialog("Share this room");
  const link = element("input", { type: "text", readonly: true, "aria-label": "Link" });
  const show = () => (link.value = `#${written(linkFields(store.values, hidden()))}`);
  const boxes = PANELS.map(([name, title]) => ({ name, ...tick(title, show) }));
  const hidden = () => boxes.filter(({ box }) => !box.checked).map(({ name }) => name);
  store.watch(["hide"], ({ hide }) => {
    for (const { name, box } of boxes) box.checked = !hide.includes(name);
  });
  store.watch(["settings", "points", "view", "until", "speed"], () => whole.open && show());
  new MutationObserver(show).observe(whole, { attributeFilter: ["open"] });
  const given = element("input", { type: "text", "aria-label": "A link to open", placeholder: "#…" });
  const open = button("Open it", () => {
    follow(given.value, store, connection);
    whole.close();
  });
  body.append(
    element("p", {}, "Everything that decides the run is in this link. The key of your server is not."),
    element("div", { class: "buttons" }, link, copying("Copy", () => link.value)),
    element("fieldset", {}, element("legend", {}, "What the link shows"), ...boxes.map((each) => each.whole)),
    element("p", {}, "Whoever has it opens hubel play and pastes it here:"),
    element("div", { class: "buttons" }, given, open),
  );
  return whole;
}
