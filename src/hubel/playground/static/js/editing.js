// @ts-check
/** Points by mouse, touch and keyboard: add, drag, take away. */

/**
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./plane.js").Plane} Plane
 * @typedef {import("./socket.js").Connection} Connection
 */

const NEAR = { mouse: 10, pen: 14, touch: 22 };
const HOLD = 550; // milliseconds after which a finger that rests takes a point away
const STEP = 0.05;
const ARROWS = /** @type {Record<string, [number, number]>} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
});

/**
 * Let the points of a plane be edited.
 * @param {Plane} plane
 * @param {Store} store
 * @param {Connection} connection
 */
export function editPoints(plane, store, connection) {
  new Pointers(plane, store, connection);
  new Crosshair(plane, store, connection);
}

/**
 * Return the nearest point and how far it is, in pixels.
 * @param {Plane} plane
 * @param {Store} store
 * @param {number} px
 * @param {number} py
 */
function nearest(plane, store, px, py) {
  let index = -1;
  let distance = Infinity;
  store.values.points.forEach(([x, y], i) => {
    const far = Math.hypot(plane.across(x) - px, plane.down(y) - py);
    if (far < distance) [index, distance] = [i, far];
  });
  return { index, distance };
}

/** What a mouse, a pen or a finger does. */
class Pointers {
  /**
   * @param {Plane} plane
   * @param {Store} store
   * @param {Connection} connection
   */
  constructor(plane, store, connection) {
    this.plane = plane;
    this.store = store;
    this.connection = connection;
    this.dragged = -1;
    this.moved = false;
    this.timer = 0;
    this.sending = false;
    /** @type {[number, number]} */
    this.at = [0, 0];
    const canvas = plane.canvas;
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.up(event));
    canvas.addEventListener("pointercancel", () => this.end());
    // A finger that comes down on a point drags it; elsewhere it scrolls the page.
    canvas.addEventListener("touchstart", (event) => this.touch(event), { passive: false });
    canvas.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      // A finger that rests has its own clock, in `down`.
      const touch = /** @type {PointerEvent} */ (event).pointerType === "touch";
      if (!touch && !this.pressed) this.remove(event.offsetX, event.offsetY, 14);
    });
    // The server's answer to a move is a little older than the hand.
    connection.on("points", () => this.dragged >= 0 && this.follow());
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.button !== 0 || event.ctrlKey) return;
    const near = NEAR[/** @type {"mouse"} */ (event.pointerType)] ?? NEAR.mouse;
    const { index, distance } = nearest(this.plane, this.store, event.offsetX, event.offsetY);
    this.start = [event.offsetX, event.offsetY];
    this.moved = false;
    this.at = this.plane.place(event.offsetX, event.offsetY);
    this.pressed = true;
    this.store.set({ cursor: null });
    if (this.store.values.brush === "eraser" || distance > near) return;
    this.dragged = index;
    this.plane.canvas.setPointerCapture(event.pointerId);
    if (event.pointerType !== "mouse") {
      this.timer = window.setTimeout(() => this.held(event.offsetX, event.offsetY), HOLD);
    }
  }

  /** @param {TouchEvent} event */
  touch(event) {
    const box = this.plane.canvas.getBoundingClientRect();
    const { clientX, clientY } = event.touches[0];
    const [px, py] = [clientX - box.left, clientY - box.top];
    if (nearest(this.plane, this.store, px, py).distance <= NEAR.touch) event.preventDefault();
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (!this.pressed || !this.start) return;
    const [x, y] = this.start;
    if (Math.hypot(event.offsetX - x, event.offsetY - y) > 4) this.moved = true;
    if (this.dragged < 0 || !this.moved) return;
    clearTimeout(this.timer);
    this.at = this.plane.place(event.offsetX, event.offsetY);
    this.follow();
    this.tell();
  }

  /** @param {PointerEvent} event */
  up(event) {
    if (!this.pressed) return;
    const { brush } = this.store.values;
    if (this.dragged >= 0) {
      if (this.moved) this.tell(true);
    } else if (brush === "eraser") this.remove(event.offsetX, event.offsetY, 22);
    else if (!this.moved) add(this.connection, ...this.at, brush);
    this.end();
  }

  end() {
    clearTimeout(this.timer);
    this.dragged = -1;
    this.pressed = false;
  }

  /**
   * @param {number} px
   * @param {number} py
   */
  held(px, py) {
    this.end();
    this.remove(px, py, NEAR.touch);
  }

  /**
   * @param {number} px
   * @param {number} py
   * @param {number} near
   */
  remove(px, py, near) {
    const { index, distance } = nearest(this.plane, this.store, px, py);
    if (distance <= near) this.connection.send({ type: "point", act: "remove", index });
  }

  /** Show the dragged point under the hand. */
  follow() {
    const points = this.store.values.points.slice();
    if (this.dragged >= points.length) return this.end(); // there are fewer now
    const [, , label, test] = points[this.dragged];
    points[this.dragged] = [...this.at, label, test];
    this.store.set({ points });
  }

  /**
   * Tell the server where the point is, at most once a frame.
   * @param {boolean} [last]
   */
  tell(last = false) {
    if (this.sending && !last) return;
    this.sending = true;
    requestAnimationFrame(() => (this.sending = false));
    const [x, y] = this.at;
    this.connection.send({ type: "point", act: "move", index: this.dragged, x, y });
  }
}

/** What the keyboard does while the plane has the focus. */
class Crosshair {
  /**
   * @param {Plane} plane
   * @param {Store} store
   * @param {Connection} connection
   */
  constructor(plane, store, connection) {
    this.plane = plane;
    this.store = store;
    this.connection = connection;
    this.x = this.y = 0;
    this.held = -1;
    plane.canvas.addEventListener("keydown", (event) => this.key(event));
    plane.canvas.addEventListener("focus", () => {
      if (plane.canvas.matches(":focus-visible")) this.show();
    });
    plane.canvas.addEventListener("blur", () => {
      this.held = -1;
      store.set({ cursor: null });
    });
  }

  show() {
    this.store.set({ cursor: { x: this.x, y: this.y, held: this.held } });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in ARROWS) this.go(ARROWS[event.key], event.shiftKey ? 5 : 1);
    else if (event.key === "Enter") this.enter();
    else if (event.key === "Delete" || event.key === "Backspace") this.remove();
    else if (event.key === "m" || event.key === "M") this.grab();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.show();
  }

  /**
   * @param {[number, number]} direction
   * @param {number} times
   */
  go([dx, dy], times) {
    const { edge } = this.store.values;
    const inside = (/** @type {number} */ at) =>
      Math.round(Math.min(Math.max(at, -edge), edge) * 100) / 100;
    this.x = inside(this.x + dx * times * STEP);
    this.y = inside(this.y + dy * times * STEP);
    if (this.held >= 0) {
      const { x, y, held } = this;
      this.connection.send({ type: "point", act: "move", index: held, x, y });
    }
  }

  enter() {
    const { brush } = this.store.values;
    if (this.held >= 0) this.held = -1;
    else if (brush === "eraser") this.remove();
    else add(this.connection, this.x, this.y, brush);
  }

  nearest() {
    const [px, py] = [this.plane.across(this.x), this.plane.down(this.y)];
    return nearest(this.plane, this.store, px, py).index;
  }

  remove() {
    const index = this.nearest();
    this.held = -1;
    if (index >= 0) this.connection.send({ type: "point", act: "remove", index });
  }

  /** Take hold of the nearest point, or let it go. */
  grab() {
    this.held = this.held >= 0 ? -1 : this.nearest();
    if (this.held >= 0) [this.x, this.y] = this.store.values.points[this.held];
  }
}

/**
 * @param {Connection} connection
 * @param {number} x
 * @param {number} y
 * @param {number} label
 */
function add(connection, x, y, label) {
  connection.send({ type: "point", act: "add", x, y, label });
}
