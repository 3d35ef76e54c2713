// @ts-check
/** Where an image comes from: the test set, a file, or the visitor's hand. */

import { button, element, panel } from "./element.js";
import { lately } from "./lately.js";
import { count } from "./names.js";
import { pixelsOf, sendPixels } from "./pixels.js";

/** @typedef {import("./images_room.js").Welcome} Welcome */
/** @typedef {import("./socket.js").Connection} Connection */

const SIDE = 280; // pixels of the drawing

/**
 * @param {Welcome} welcome
 * @param {Connection} connection
 */
export function inputPanel(welcome, connection) {
  const samples = sampleFields(welcome, connection);
  const drawing = drawingFields(welcome, connection);
  return {
    whole: panel("input", "An image", [
      samples.whole,
      fileField(welcome, connection),
      drawing,
    ]),
    show: samples.show,
  };
}

/**
 * @param {Welcome} welcome
 * @param {Connection} connection
 */
function sampleFields({ samples, why_none }, connection) {
  if (!samples) {
    const text = `There are no test images to choose from. ${why_none}`;
    return { whole: element("p", { class: "muted" }, text), show: () => {} };
  }
  let now = 0;
  /** @param {number} index */
  const go = (index) => {
    now = ((index % samples) + samples) % samples;
    box.value = String(now);
    connection.send({ type: "sample", index: now });
  };
  const box = element("input", {
    type: "number",
    min: 0,
    max: samples - 1,
    value: 0,
    "aria-label": "Number of the test image",
    onchange: () => Number.isInteger(box.valueAsNumber) && go(Math.min(box.valueAsNumber, samples - 1)),
  });
  const whole = element(
    "div",
    {},
    element("p", { class: "muted" }, `One of ${count(samples)} test images`),
    element(
      "div",
      { class: "buttons" },
      button("‹", () => go(now - 1), { "aria-label": "The one before" }),
      box,
      button("›", () => go(now + 1), { "aria-label": "The next one" }),
      button("Any", () => go(Math.floor(Math.random() * samples))),
    ),
  );
  return {
    whole,
    /** @param {import("./images_room.js").Answer} answer */
    show: ({ sample }) => {
      if (sample === null || document.activeElement === box) return;
      now = sample;
      box.value = String(sample);
    },
  };
}

/**
 * @param {Welcome} welcome
 * @param {Connection} connection
 */
function fileField({ shape, resize }, connection) {
  const problem = element("p", { class: "fine", role: "alert" });
  /** @param {File | undefined} file */
  const read = async (file) => {
    problem.textContent = "";
    if (!file) return;
    try {
      const picture = await createImageBitmap(file);
      sendPixels(connection, pixelsOf(picture, shape, resize));
    } catch {
      problem.textContent = `${file.name} is no picture that this browser can read.`;
    }
  };
  const input = element("input", {
    type: "file",
    accept: "image/*",
    "aria-label": "A picture of your own",
    onchange: () => read(input.files?.[0]),
  });
  const whole = element(
    "div",
    { class: "drop" },
    element("p", { class: "fine muted" }, `A picture of your own, brought to ${shape[1]} × ${shape[0]}: choose a file, or drop it here.`),
    input,
    problem,
  );
  whole.addEventListener("dragover", (event) => {
    event.preventDefault();
    whole.classList.add("over");
  });
  whole.addEventListener("dragleave", () => whole.classList.remove("over"));
  whole.addEventListener("drop", (event) => {
    event.preventDefault();
    whole.classList.remove("over");
    read(event.dataTransfer?.files[0]);
  });
  return whole;
}

/**
 * @param {Welcome} welcome
 * @param {Connection} connection
 */
function drawingFields({ shape }, connection) {
  const canvas = element("canvas", {
    class: "square drawing-canvas",
    width: SIDE,
    height: SIDE,
    role: "img",
    "aria-label": "A drawing by hand; test images and files can be chosen by keyboard",
  });
  const context = /** @type {CanvasRenderingContext2D} */ (
    canvas.getContext("2d", { willReadFrequently: true })
  );
  const send = lately(() => sendPixels(connection, pixelsOf(canvas, shape, "stretch")));
  const color = element("input", { type: "color", value: "#ffffff", "aria-label": "Colour of the pen" });
  const ground = shape[2] === 1 ? "#000000" : "#777777";
  const clear = () => {
    context.fillStyle = ground;
    context.fillRect(0, 0, SIDE, SIDE);
  };
  clear();
  let held = -1;
  /** @param {PointerEvent} event */
  const place = (event) => [
    (event.offsetX / canvas.clientWidth) * SIDE,
    (event.offsetY / canvas.clientHeight) * SIDE,
  ];
  /** @param {PointerEvent} event */
  const stroke = (event) => {
    const [x, y] = place(event);
    context.strokeStyle = color.value;
    context.lineWidth = SIDE / 14;
    context.lineCap = context.lineJoin = "round";
    context.lineTo(x, y);
    context.stroke();
    context.beginPath();
    context.moveTo(x, y);
    send({});
  };
  canvas.addEventListener("pointerdown", (event) => {
    held = event.pointerId;
    canvas.setPointerCapture(held);
    context.beginPath();
    const [x, y] = place(event);
    context.moveTo(x, y);
    stroke(event);
  });
  canvas.addEventListener("pointermove", (event) => event.pointerId === held && stroke(event));
  canvas.addEventListener("pointerup", () => (held = -1));
  canvas.addEventListener("pointercancel", () => (held = -1));
  return element(
    "div",
    { class: "drawing" },
    element(
      "div",
      { class: "buttons" },
      element("span", { class: "muted" }, "Or draw one"),
      color,
      button("Clear", () => {
        clear();
        send({});
      }),
    ),
    canvas,
  );
}
