// @ts-check
/**
 * What stands behind the # of the page's address: the token, taken out at once, and the
 * state of the room, which the server checks like any other message.
 */

const KEY = "hubel-token";

/**
 * Take the token out of the address; a reload finds it in the tab's own storage.
 * @returns {string}
 */
export function takeToken() {
  const fields = fieldsOf(location.hash);
  const token = fields.get("t");
  if (token !== undefined) {
    sessionStorage.setItem(KEY, token);
    fields.delete("t");
    replace(written(fields));
  }
  return sessionStorage.getItem(KEY) ?? "";
}

/**
 * Read `a=1&b=2` behind a #.
 * @param {string} hash
 * @returns {Map<string, string>}
 */
export function fieldsOf(hash) {
  /** @type {Map<string, string>} */
  const fields = new Map();
  for (const part of hash.replace(/^[^#]*#/, "").split("&")) {
    const at = part.indexOf("=");
    if (at > 0) fields.set(part.slice(0, at), decoded(part.slice(at + 1)));
  }
  return fields;
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Write fields as they stand in an address; commas stay readable.
 * @param {Map<string, string>} fields
 */
export function written(fields) {
  return [...fields]
    .map(([name, value]) => {
      const text = encodeURIComponent(value);
      return `${name}=${text.replaceAll("%2C", ",").replaceAll("%3B", ";")}`;
    })
    .join("&");
}

/** @param {string} hash */
export function replace(hash) {
  history.replaceState(null, "", hash ? `#${hash}` : location.pathname);
}
