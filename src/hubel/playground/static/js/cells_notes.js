// @ts-check
/** What Hubel and Wiesel found, and how far the likeness goes. */

import { element, panel } from "./element.js";

/** @type {[string, string][]} */
const NOTES = [
  [
    "Hubel and Wiesel",
    "In 1959 they showed bars of light to a cat and listened to single cells of its visual " +
      "cortex. Many cells cared for one orientation at one place: these are simple cells. " +
      "Others, complex cells, wanted the orientation but not the exact place. Drag a bar over " +
      "the field, with the sound on, to repeat it.",
  ],
  [
    "How a cell is tuned",
    "A tuning curve varies one thing and counts spikes. The lines are the rates, the dots " +
      "what was counted in one second, which scatters as real counts do. Each cell is shown " +
      "its own best grating but for the one thing that is varied. A simple cell's answer " +
      "follows the phase (modulation above 1), a complex cell's does not.",
  ],
  [
    "The same in learned filters",
    "Words learned from patches and the first layers of trained nets often look like simple " +
      "cells: edges and bars of all orientations, and spots of colour. Here they are probed " +
      "like a cell: their sum over the stimulus, cut off below zero.",
  ],
  [
    "Be careful with the analogy",
    "These are models of a rate. Real neurons come in many types, their dendrites compute " +
      "things of their own, synapses are dynamic systems and not one weight, and when a spike " +
      "comes may matter, not only how often. A filter that looks like a cell does not make a " +
      "net a brain.",
  ],
];

export function notesPanel() {
  const notes = NOTES.map(([title, text]) =>
    element("article", {}, element("h3", {}, title), element("p", {}, text)),
  );
  return panel("notes", "From the lecture", [
    element("div", { class: "notes-row" }, ...notes),
  ]);
}
