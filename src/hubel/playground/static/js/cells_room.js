// @ts-check
/** The room of cells: a screen with a bar or a grating, and cells that look at it. */

import { cardsPanel } from "./cells_cards.js";
import { notesPanel } from "./cells_notes.js";
import { screenPanel } from "./cells_screen.js";
import { sheetsPanel } from "./cells_sheets.js";
import { tuningPanel } from "./cells_tuning.js";
import { modelPanel, stimulusPanel } from "./cells_turning.js";
import { element } from "./element.js";
import { messages } from "./messages.js";
import { whenThemeTurns } from "./preferences.js";

/**
 * @typedef {object} Stimulus
 * @property {"grating" | "bar"} kind
 * @property {number} orientation
 * @property {number} frequency
 * @property {number} phase
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} length
 * @property {number} contrast
 * @property {number} speed
 *
 * @typedef {{name: string, title: string, size: [number, number], field: string,
 *   over: string, best: Stimulus | null}} Cell
 *
 * @typedef {object} State
 * @property {Stimulus} stimulus
 * @property {{orientation: number, frequency: number, phase: number}} model
 * @property {Cell[]} cells
 * @property {Record<string, number>} chosen which filter of each sheet is probed
 * @property {number} focus the cell that the screen is about
 * @property {string | null} measuring
 * @property {boolean} working
 *
 * @typedef {object} Answers
 * @property {number} time in milliseconds
 * @property {Stimulus} stimulus
 * @property {number[][]} rates for each tick that of every cell
 * @property {number[][][]} spikes for each tick the milliseconds of every cell's spikes
 *
 * @typedef {object} Part what the room is put together from
 * @property {HTMLElement} whole
 * @property {(state: State) => void} [state]
 * @property {(answers: Answers) => void} [answers]
 * @property {() => void} [redraw]
 * @property {() => void} [end]
 */

/**
 * @param {HTMLElement} root
 * @param {import("./socket.js").Connection} connection
 */
export function mount(root, connection) {
  root.append(element("p", { class: "waiting" }, "Words are being learned from pictures…"));
  /** @type {(() => void)[]} */
  const ends = [];
  connection.on("welcome", (welcome) => {
    const screen = screenPanel(connection);
    const tuning = tuningPanel(welcome.values, connection);
    const stimulus = stimulusPanel(connection);
    const model = modelPanel(connection);
    const cards = cardsPanel(welcome.tick, connection);
    const sheets = sheetsPanel(welcome.sheets, welcome.empty, connection);
    /** @type {Part[]} */
    const parts = [screen, stimulus, model, cards, tuning, sheets];
    root.replaceChildren(
      element(
        "div",
        { class: "cells-room" },
        messages(null, connection),
        element(
          "div",
          { class: "cells-columns" },
          element("div", { class: "side" }, screen.whole),
          element(
            "div",
            { class: "side" },
            cards.whole,
            element("div", { class: "pair" }, stimulus.whole, model.whole),
          ),
        ),
        tuning.whole,
        sheets.whole,
        notesPanel(),
      ),
    );
    const tell = (/** @type {State} */ state) => parts.forEach((part) => part.state?.(state));
    tell(welcome);
    connection.on("state", tell);
    connection.on("answers", (answers) => parts.forEach((part) => part.answers?.(answers)));
    connection.on("measured", tuning.measured);
    connection.on("tuned", tuning.tuned);
    connection.on("frame", (frame) => {
      screen.draw(frame.sections.image);
      root.dataset.seq = String(frame.sequence);
    });
    ends.push(whenThemeTurns(() => parts.forEach((part) => part.redraw?.())));
    ends.push(() => parts.forEach((part) => part.end?.()));
  });
  return () => {
    delete root.dataset.seq;
    ends.forEach((end) => end());
  };
}
