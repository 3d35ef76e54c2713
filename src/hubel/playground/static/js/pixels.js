// @ts-check
/** Pictures as the bytes that a net takes, and on their way to the server. */

const PIECE = 48 * 1024; // characters of a message

/**
 * Bring a picture to a size, as hubel.data does when it reads one.
 * @param {HTMLCanvasElement | ImageBitmap} picture
 * @param {[number, number, number]} shape height, width and channels
 * @param {"fit" | "crop" | "stretch" | "error"} resize
 */
export function pixelsOf(picture, [height, width, channels], resize) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = "#000000";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  const across = width / picture.width;
  const down = height / picture.height;
  const same = resize === "crop" ? Math.max(across, down) : Math.min(across, down);
  const [x, y] = resize === "stretch" ? [across, down] : [same, same];
  const [w, h] = [picture.width * x, picture.height * y];
  context.drawImage(picture, (width - w) / 2, (height - h) / 2, w, h);
  const { data } = context.getImageData(0, 0, width, height);
  const bytes = new Uint8Array(height * width * channels);
  for (let i = 0; i < height * width; i++) {
    const [r, g, b] = data.subarray(4 * i, 4 * i + 3);
    if (channels === 1) bytes[i] = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
    else bytes.set([r, g, b], 3 * i);
  }
  return bytes;
}

/**
 * Send bytes in pieces.
 * @param {import("./socket.js").Connection} connection
 * @param {Uint8Array} bytes
 */
export function sendPixels(connection, bytes) {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const text = btoa(binary);
  for (let at = 0; at < text.length; at += PIECE) {
    connection.send({
      type: "pixels",
      first: at === 0,
      last: at + PIECE >= text.length,
      text: text.slice(at, at + PIECE),
    });
  }
}

/**
 * Paint bytes on a canvas, a pixel each: grey, or red, green and blue.
 * @param {HTMLCanvasElement} canvas
 * @param {import("./frame.js").Section} section
 * @param {number} [first] row
 * @param {number} [rows]
 */
export function paint(canvas, section, first = 0, rows = section.rows) {
  const { columns, channels, data } = section;
  const pixels = new ImageData(columns, rows);
  for (let i = 0; i < columns * rows; i++) {
    for (let c = 0; c < 3; c++) {
      pixels.data[4 * i + c] = data[(first * columns + i) * channels + (channels === 3 ? c : 0)];
    }
    pixels.data[4 * i + 3] = 255;
  }
  [canvas.width, canvas.height] = [columns, rows];
  canvas.getContext("2d")?.putImageData(pixels, 0, 0);
}
