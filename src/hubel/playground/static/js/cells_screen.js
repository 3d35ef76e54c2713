// @ts-check
/** The screen: what is shown to the cells, moved and turned by hand. */

import { element, panel, tick } from "./element.js";
import { lately } from "./lately.js";
import { Surface } from "./surface.js";

/** @typedef {import("./cells_room.js").Stimulus} Stimulus */

const TURN = Math.PI / 36;
const STEP = 0.02; // widths of the screen
const OWN = 300; // milliseconds after a movement by hand

/** @param {import("./socket.js").Connection} connection */
export function screenPanel(connection) {
  const picture = document.createElement("canvas");
  const over = new Image();
  let shown = true;
  let touched = -OWN;
  /** @type {Stimulus | null} */
  let stimulus = null;
  const surface = new Surface(
    {
      class: "square screen-canvas",
      tabindex: 0,
      role: "application",
      "aria-label": "The screen that the cells look at",
      "aria-describedby": "screen-help screen-readout",
    },
    () => paint(),
  );
  const readout = element("p", { class: "readout", id: "screen-readout" });
  const field = tick("Field of the chosen cell", (on) => {
    shown = on;
    paint();
  });
  field.box.checked = shown;
  over.onload = () => paint();

  function paint() {
    if (!surface.width || !picture.width) return;
    const { context, width, height } = surface;
    surface.clear();
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, 0, 0, width, height);
    if (shown && over.complete && over.naturalWidth) {
      const { naturalWidth: wide, naturalHeight: high } = over;
      const scale = width / Math.max(wide, high);
      const [w, h] = [wide * scale, high * scale];
      context.globalAlpha = 0.85;
      context.drawImage(over, (width - w) / 2, (height - h) / 2, w, h);
      context.globalAlpha = 1;
    }
  }
  const send = lately((fields) => connection.send({ type: "stimulus", ...fields }));
  /** @param {Partial<Stimulus>} changes */
  const change = (changes) => {
    touched = performance.now();
    if (stimulus) Object.assign(stimulus, changes);
    send(changes);
  };
  byPointer(surface.canvas, () => stimulus, change);
  byKeys(surface.canvas, () => stimulus, change);

  const whole = panel(
    "screen",
    "The screen",
    [
      surface.canvas,
      readout,
      element(
        "p",
        { class: "fine muted", id: "screen-help" },
        "Drag to move, turn the wheel to turn. Keys: arrows move, [ and ] turn, Space moves " +
          "it by itself or stops it. Light in the blue parts of the field excites the cell, " +
          "in the orange parts it inhibits it.",
      ),
    ],
    [field.whole],
  );
  return {
    whole,
    /** @param {import("./cells_room.js").State} state */
    state: (state) => {
      const { over: address } = state.cells[state.focus];
      if (over.src !== address) over.src = address;
      stimulus = { ...state.stimulus };
    },
    /** @param {import("./cells_room.js").Answers} answers */
    answers: (answers) => {
      readout.textContent = described(answers.stimulus);
      // While somebody moves it, what the server says is what it was before.
      if (performance.now() > touched + OWN) stimulus = { ...answers.stimulus };
    },
    /** @param {import("./frame.js").Section} image */
    draw: (image) => {
      const { rows, columns, data } = image;
      [picture.width, picture.height] = [columns, rows];
      const pixels = new ImageData(columns, rows);
      for (let i = 0; i < data.length; i++) {
        pixels.data.fill(data[i], 4 * i, 4 * i + 3);
        pixels.data[4 * i + 3] = 255;
      }
      picture.getContext("2d")?.putImageData(pixels, 0, 0);
      paint();
    },
    redraw: paint,
  };
}

/** @param {number} angle in radians */
export function degrees(angle) {
  const whole = Math.round((angle * 180) / Math.PI) % 180;
  return whole < 0 ? whole + 180 : whole;
}

/**
 * Say what is on the screen.
 * @param {Stimulus} shown
 */
function described(shown) {
  const turned = degrees(shown.orientation);
  const way = turned === 0 ? "upright" : `turned by ${turned}°`;
  if (shown.kind === "grating") return `Grating, ${way}, ${shown.frequency.toFixed(1)} waves`;
  const [x, y] = [shown.x, shown.y].map((at) => Math.round(at * 100));
  return `${shown.contrast < 0 ? "Black" : "White"} bar, ${way}, at ${x}, ${y}`;
}

/**
 * Return what moving a stimulus so far, in widths of the screen, changes.
 * @param {Stimulus} shown
 * @param {number} right
 * @param {number} down
 * @returns {Partial<Stimulus>}
 */
function moved(shown, right, down) {
  if (shown.kind === "grating") {
    const across = right * Math.cos(shown.orientation) + down * Math.sin(shown.orientation);
    const phase = (shown.phase - 2 * Math.PI * shown.frequency * across) % (2 * Math.PI);
    return { phase, speed: 0 };
  }
  const within = (/** @type {number} */ at) => Math.max(-0.75, Math.min(0.75, at));
  return { x: within(shown.x + right), y: within(shown.y + down), speed: 0 };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {() => Stimulus | null} now
 * @param {(changes: Partial<Stimulus>) => void} change
 */
function byPointer(canvas, now, change) {
  let held = -1;
  let [x, y] = [0, 0];
  canvas.addEventListener("pointerdown", (event) => {
    held = event.pointerId;
    [x, y] = [event.offsetX, event.offsetY];
    canvas.setPointerCapture(held);
    const shown = now();
    if (shown?.kind !== "bar") return;
    const [to, at] = [x / canvas.clientWidth - 0.5, y / canvas.clientHeight - 0.5];
    change(moved(shown, to - shown.x, at - shown.y));
  });
  canvas.addEventListener("pointermove", (event) => {
    const shown = now();
    if (event.pointerId !== held || !shown) return;
    const right = (event.offsetX - x) / canvas.clientWidth;
    const down = (event.offsetY - y) / canvas.clientHeight;
    [x, y] = [event.offsetX, event.offsetY];
    change(moved(shown, right, down));
  });
  const release = () => (held = -1);
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener(
    "wheel",
    (event) => {
      const shown = now();
      if (document.activeElement !== canvas || !shown) return;
      event.preventDefault();
      change({ orientation: shown.orientation + Math.sign(event.deltaY) * TURN });
    },
    { passive: false },
  );
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {() => Stimulus | null} now
 * @param {(changes: Partial<Stimulus>) => void} change
 */
function byKeys(canvas, now, change) {
  let speed = 1;
  /** @type {Record<string, (shown: Stimulus) => Partial<Stimulus>>} */
  const keys = {
    ArrowLeft: (shown) => moved(shown, -STEP, 0),
    ArrowRight: (shown) => moved(shown, STEP, 0),
    ArrowUp: (shown) => moved(shown, 0, -STEP),
    ArrowDown: (shown) => moved(shown, 0, STEP),
    "[": (shown) => ({ orientation: shown.orientation - TURN }),
    "]": (shown) => ({ orientation: shown.orientation + TURN }),
    " ": (shown) => {
      if (shown.speed) speed = shown.speed;
      return { speed: shown.speed ? 0 : speed };
    },
  };
  canvas.addEventListener("keydown", (event) => {
    const shown = now();
    if (event.ctrlKey || event.altKey || event.metaKey || !shown) return;
    if (!(event.key in keys)) return;
    event.preventDefault();
    change(keys[event.key](shown));
  });
}
