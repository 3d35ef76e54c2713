// @ts-check
/** A bar whose length is a number, to the left of the middle if it is below 0. */

const NS = "http://www.w3.org/2000/svg";

/** @param {boolean} [signed] whether 0 is in the middle */
export function bar(signed = false) {
  const whole = document.createElementNS(NS, "svg");
  const length = document.createElementNS(NS, "rect");
  whole.setAttribute("class", "bar");
  whole.setAttribute("viewBox", "0 0 100 10");
  whole.setAttribute("preserveAspectRatio", "none");
  whole.setAttribute("aria-hidden", "true");
  length.setAttribute("height", "10");
  whole.append(length);
  return {
    whole,
    /** @param {number} share from -1 to 1 */
    show: (share) => {
      const size = Math.min(Math.abs(share), 1) * (signed ? 50 : 100);
      length.setAttribute("x", String(signed ? (share < 0 ? 50 - size : 50) : 0));
      length.setAttribute("width", String(size));
      length.setAttribute("class", share < 0 ? "below" : "");
    },
  };
}
