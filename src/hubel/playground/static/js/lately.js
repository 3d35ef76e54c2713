// @ts-check
/** Messages for things that change with every movement: the latest once a picture. */

/**
 * Return what collects changes and sends them together before the next picture.
 * @param {(fields: Record<string, any>) => void} send
 */
export function lately(send) {
  /** @type {Record<string, any> | null} */
  let waiting = null;
  return (/** @type {Record<string, any>} */ changes) => {
    if (waiting) Object.assign(waiting, changes);
    else {
      waiting = { ...changes };
      requestAnimationFrame(() => {
        const fields = waiting ?? {};
        waiting = null;
        send(fields);
      });
    }
  };
}
