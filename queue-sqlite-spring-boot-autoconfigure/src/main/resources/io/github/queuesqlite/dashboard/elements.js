// Builds what is shown. Text is only ever put in as text.

const SVG = 'http://www.w3.org/2000/svg';

// Control characters become visible, and none may turn the direction of what follows.
export function plain(text) {
  return String(text)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, (sign) => String.fromCharCode(0x2400 + sign.charCodeAt(0)))
    .replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
      (sign) => `[U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : plain(value));
  }
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : plain(child));
  }
  return node;
}

export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);

export const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

export function write(node, text) {
  const wanted = plain(text);
  if (node.textContent !== wanted) node.textContent = wanted;
}

export const link = (text, ...parts) => h('a', { href: `#/${parts.map(encodeURIComponent).join('/')}` }, text);

export const button = (text, action, attributes) => h('button', { type: 'button', onclick: action, ...attributes }, text);

export const pill = (text, kind) => h('span', { class: `pill ${kind || ''}` }, text);

export const empty = (title, text) => h('div', { class: 'empty' }, h('p', { class: 'title' }, title), text && h('p', {}, text));

/**
 * A table whose rows stay the same elements while their numbers change, so that focus and selection do.
 * A column: { title, number, cell: (row) => text or node, mark: (row) => what a node depends on }.
 */
export function table(caption, columns, key) {
  const body = h('tbody');
  const rows = new Map();
  const element = h('table', {}, h('caption', { class: 'unseen' }, caption),
    h('thead', {}, h('tr', {}, columns.map((column) => h('th', { scope: 'col', class: column.number && 'number' }, column.title)))), body);
  const cells = (row) => columns.map((column) => h('td', { class: `${column.number ? 'number' : ''} ${column.kind || ''}`, 'data-title': column.title }));
  return {
    element: h('div', { class: 'scroll' }, element),
    show(items) {
      const seen = new Set();
      items.forEach((item, index) => {
        const name = key(item);
        seen.add(name);
        let row = rows.get(name);
        if (!row) {
          row = { element: h('tr'), cells: cells(item), marks: [] };
          row.element.append(...row.cells);
          rows.set(name, row);
        }
        columns.forEach((column, at) => {
          const mark = column.mark ? JSON.stringify(column.mark(item)) : plain(column.cell(item) ?? '');
          if (row.marks[at] === mark) return;
          row.marks[at] = mark;
          const content = column.cell(item);
          row.cells[at].replaceChildren(...(content === null || content === undefined ? [] : [content].flat().map((part) => part instanceof Node ? part : plain(part))));
        });
        if (body.children[index] !== row.element) body.insertBefore(row.element, body.children[index] || null);
      });
      for (const [name, row] of rows) {
        if (seen.has(name)) continue;
        row.element.remove();
        rows.delete(name);
      }
    },
  };
}

let noticeTimer;

export function notice(text, bad) {
  const box = document.getElementById('notice');
  write(box, text);
  box.classList.toggle('bad', Boolean(bad));
  box.hidden = false;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => { box.hidden = true; }, bad ? 12000 : 5000);
}

/** Asks before something is done; answers null for no, else what the fields say. */
export function confirm({ title, text, yes, danger, fields = [] }) {
  const dialog = document.getElementById('confirm');
  const accept = document.getElementById('confirm-yes');
  write(document.getElementById('confirm-title'), title);
  write(document.getElementById('confirm-text'), text);
  write(accept, yes);
  accept.classList.toggle('danger', Boolean(danger));
  const inputs = fields.map((field) => h('input', { id: `confirm-${field.name}`, name: field.name, placeholder: field.placeholder, autocomplete: 'off', spellcheck: 'false' }));
  document.getElementById('confirm-fields').replaceChildren(...fields.map((field, index) =>
    h('label', { for: `confirm-${field.name}` }, field.label, inputs[index])));
  return new Promise((resolve) => {
    let answer = null;
    const done = (value) => {
      answer = value;
      dialog.close();
    };
    const agree = () => done(Object.fromEntries(inputs.map((input) => [input.name, input.value.trim()])));
    accept.onclick = agree;
    document.getElementById('confirm-no').onclick = () => done(null);
    dialog.querySelector('form').onsubmit = (event) => {
      event.preventDefault();
      agree();
    };
    dialog.onclose = () => resolve(answer);
    dialog.showModal();
    (inputs[0] || document.getElementById('confirm-no')).focus();
  });
}
