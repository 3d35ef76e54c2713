// @ts-check
/** A page's connection: messages up, messages and frames down, the latest frame only. */

import { unpack } from "./frame.js";

const VERSION = 1;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const CALM = 250; // milliseconds between frames where somebody wants little motion

/** A session of the server; each has a room of its own. */
export class Connection {
  /**
   * @param {string} token
   * @param {string} room
   */
  constructor(token, room) {
    this.token = token;
    this.room = room;
    /** @type {Map<string, ((message: any) => void)[]>} */
    this.listeners = new Map();
    /** @type {ArrayBuffer | null} */
    this.latest = null;
    this.waiting = false;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.socket = new WebSocket(`${scheme}://${location.host}/ws`);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () =>
      this.send({ type: "hello", version: VERSION, token, room });
    this.socket.onmessage = (event) => this.receive(event.data);
    this.socket.onclose = (event) => this.tell("closed", event);
  }

  /** Open another session of the same room. */
  another() {
    return new Connection(this.token, this.room);
  }

  /**
   * Call a listener with every message of a type; "frame" and "closed" are types too.
   * @param {string} type
   * @param {(message: any) => void} listener
   */
  on(type, listener) {
    this.listeners.set(type, [...(this.listeners.get(type) ?? []), listener]);
  }

  /** @param {Record<string, any>} message */
  send(message) {
    if (this.socket.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify(message));
    }
  }

  close() {
    this.listeners.clear();
    this.socket.close();
  }

  /** @param {string | ArrayBuffer} data */
  receive(data) {
    if (typeof data === "string") {
      const message = JSON.parse(data);
      this.tell(message.type, message);
      return;
    }
    this.latest = data;
    if (this.waiting) return;
    this.waiting = true;
    // A hidden page gets no animation frames: it draws and acknowledges nothing.
    const draw = () => requestAnimationFrame(() => this.draw());
    if (calm.matches) setTimeout(draw, CALM);
    else draw();
  }

  draw() {
    this.waiting = false;
    if (!this.latest) return;
    const frame = unpack(this.latest);
    this.latest = null;
    try {
      this.tell("frame", frame);
    } finally {
      this.send({ type: "ack", seq: frame.sequence });
    }
  }

  /**
   * @param {string} type
   * @param {any} message
   */
  tell(type, message) {
    for (const listener of this.listeners.get(type) ?? []) listener(message);
  }
}
