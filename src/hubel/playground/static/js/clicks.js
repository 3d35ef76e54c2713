// @ts-check
/** Spikes to be heard, as from the loudspeaker beside an electrode; off at first. */

import { tick } from "./element.js";

const LENGTH = 0.004; // seconds of a click

export function clicks() {
  /** @type {AudioContext | null} */
  let audio = null;
  /** @type {AudioBuffer | null} */
  let click = null;
  const { whole, box } = tick("Sound", (on) => {
    if (on && !audio) {
      audio = new AudioContext();
      click = crackle(audio);
    }
    if (on) audio?.resume();
    else audio?.suspend();
  });
  return {
    whole,
    /** @param {number[]} times milliseconds, each after the one before */
    play: (times) => {
      if (!box.checked || !audio || !click) return;
      for (const time of times) {
        const source = audio.createBufferSource();
        source.buffer = click;
        source.connect(audio.destination);
        source.start(audio.currentTime + (time - times[0]) / 1000);
      }
    },
    end: () => audio?.close(),
  };
}

/** @param {AudioContext} audio */
function crackle(audio) {
  const count = Math.round(LENGTH * audio.sampleRate);
  const buffer = audio.createBuffer(1, count, audio.sampleRate);
  const samples = buffer.getChannelData(0);
  for (let i = 0; i < count; i++) {
    samples[i] = 0.4 * Math.exp((-5 * i) / count) * Math.sin((Math.PI * 9 * i) / count);
  }
  return buffer;
}
