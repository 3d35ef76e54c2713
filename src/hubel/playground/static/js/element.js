// @ts-check
/** Elements of the page, made in one expression. */

/**
 * Make an element. Attributes that begin with "on" are listeners; true writes an empty
 * attribute, and false or null none.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) {
      made.setAttribute(name, value === true ? "" : String(value));
    }
  }
  made.append(...children);
  return made;
}

/**
 * Make a choice with a label.
 * @param {string} label
 * @param {[string | number, string][]} options values and what they are called
 * @param {(value: string) => void} changed
 * @param {Record<string, any>} [attributes]
 */
export function choice(label, options, changed, attributes = {}) {
  const select = element("select", {
    onchange: () => changed(select.value),
    ...attributes,
  });
  offer(select, options);
  const whole = element("label", { class: "field" }, element("span", {}, label), select);
  return { whole, select };
}

/**
 * Write the options of a choice, if they have changed.
 * @param {HTMLSelectElement} select
 * @param {[string | number, string][]} options
 */
export function offer(select, options) {
  const now = JSON.stringify(options);
  if (select.dataset.options === now) return;
  select.dataset.options = now;
  const value = select.value;
  const made = options.map(([each, name]) => element("option", { value: each }, name));
  select.replaceChildren(...made);
  if (options.some(([each]) => String(each) === value)) select.value = value;
}

/**
 * Make a box to tick with a label.
 * @param {string} label
 * @param {(on: boolean) => void} changed
 * @param {Record<string, any>} [attributes]
 */
export function tick(label, changed, attributes = {}) {
  const box = element("input", {
    type: "checkbox",
    onchange: () => changed(box.checked),
    ...attributes,
  });
  return { whole: element("label", { class: "tick" }, box, label), box };
}

/**
 * Make a button.
 * @param {string} label
 * @param {(event: MouseEvent) => void} clicked
 * @param {Record<string, any>} [attributes]
 */
export function button(label, clicked, attributes = {}) {
  return element("button", { type: "button", onclick: clicked, ...attributes }, label);
}

/**
 * Make a panel with a heading; its name is how an address hides it.
 * @param {string} name
 * @param {string} title
 * @param {(Node | string)[]} children
 * @param {(Node | string)[]} [beside] what stands in the line of the heading
 */
export function panel(name, title, children, beside = []) {
  const heading = element("h2", { id: `title-${name}` }, title);
  return element(
    "section",
    { class: `panel ${name}`, "data-panel": name, "aria-labelledby": heading.id },
    element("div", { class: "panel-head" }, heading, ...beside),
    ...children,
  );
}
