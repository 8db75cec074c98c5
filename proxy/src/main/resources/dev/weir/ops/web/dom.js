// Elements, numbers and questions to the server. Texts become text nodes, never markup.

const SVG = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
export const s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** A part of a screen under a heading. */
export function section(title, head, ...body) {
  return h('section', { 'aria-label': title }, h('div', { class: 'head' }, h('h2', {}, title), ...head), ...body);
}

export const badge = (text, kind = '') => h('span', { class: `badge ${kind}` }, text);

/** A few choices, one of which holds. */
export function choice(label, values, current, choose) {
  return h('div', { class: 'choice', role: 'group', 'aria-label': label },
    values.map(([value, text]) => h('button', {
      type: 'button', 'aria-pressed': String(value === current()),
      onclick: (event) => {
        choose(value);
        for (const one of event.target.parentNode.children) one.setAttribute('aria-pressed', String(one === event.target));
      },
    }, text)));
}

// --- numbers ---------------------------------------------------------------------------------
// Their units stay with them at the end of a line.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function count(value) {
  if (value === null || value === undefined) return '–';
  if (Math.abs(value) >= 1e6) return `${(value / 1e6).toPrecision(3)}\u00a0M`;
  if (Math.abs(value) >= 1e5) return `${(value / 1e3).toPrecision(3)}\u00a0k`;
  return Number.isInteger(value) || Math.abs(value) >= 100 ? whole.format(value) : String(Number(value.toPrecision(2)));
}

export function millis(value) {
  if (value === null || value === undefined) return '–';
  if (value === 0) return '0';
  if (value < 1) return `${Number(value.toPrecision(2))}\u00a0ms`;
  if (value < 1000) return `${Number(value.toPrecision(3))}\u00a0ms`;
  return seconds(value / 1000);
}

export function seconds(value) {
  if (value === null || value === undefined) return '–';
  if (value === 0) return '0';
  if (value < 1) return millis(value * 1000);
  if (value < 10) return `${value.toFixed(1)}\u00a0s`;
  if (value < 120) return `${Math.round(value)}\u00a0s`;
  if (value < 7200) return `${Math.round(value / 60)}\u00a0min`;
  return value < 172800 ? `${Math.round(value / 3600)}\u00a0h` : `${Math.round(value / 86400)}\u00a0d`;
}

export const micros = (value) => millis(value === null || value === undefined ? null : value / 1000);

export function bytes(value) {
  if (value === null || value === undefined) return '–';
  for (const unit of ['B', 'kB', 'MB', 'GB']) {
    if (value < 1024 || unit === 'GB') return `${Number(value.toPrecision(3))}\u00a0${unit}`;
    value /= 1024;
  }
  return '';
}

export const clock = (moment) => new Date(moment).toLocaleTimeString('en-GB');

// --- questions -------------------------------------------------------------------------------

// The address of the page may have a name and a password in it, which fetch refuses.
const at = (path) => new URL(path, location.origin).href;

export class Refused extends Error {}

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  const parts = [body.error ?? `HTTP ${response.status}`, body.detail, body.hint, body.expected && `Expected: ${body.expected}`];
  throw new Refused(parts.filter(Boolean).join('. '));
}

export const ask = (path) => fetch(at(path), { cache: 'no-store' }).then(answer);

export const show = (topic, selection = {}) => {
  const query = new URLSearchParams(Object.entries(selection).filter(([, value]) => value !== '' && value !== null));
  return ask(`/api/show/${topic}?${query}`);
};

export const command = (text) => fetch(at('/api/command'), {
  method: 'POST', headers: { 'x-weir-command': '1', 'content-type': 'text/plain' }, body: text,
}).then(answer);

export const events = () => new EventSource(at('/api/events'));

// --- said and asked --------------------------------------------------------------------------

let quiet = 0;

export function say(text) {
  const place = document.getElementById('said');
  place.textContent = text;
  clearTimeout(quiet);
  quiet = setTimeout(() => { place.textContent = ''; }, 6000);
}

/** Opens a dialog; it is gone when it is closed. */
export function dialog(title, content, buttons = []) {
  const id = `dialog-${Math.random().toString(36).slice(2)}`;
  const box = h('dialog', { 'aria-labelledby': id },
    h('h2', { id }, title), content,
    h('div', { class: 'acts' }, ...buttons, h('button', { type: 'button', onclick: () => box.close() }, 'Close')));
  box.addEventListener('close', () => box.remove());
  document.body.append(box);
  box.showModal();
  return box;
}

/** Carries out a command, after a question if it does harm; says what came of it. */
export async function carryOut(text, question, done = () => {}) {
  const go = async () => {
    try {
      const made = await command(text);
      say([`${made.command ?? text}: done.`, ...(made.notices ?? [])].join(' '));
      done(made);
    } catch (failure) {
      say(`${text}: ${failure.message}`);
    }
  };
  if (!question) return go();
  const box = dialog(question, h('p', {}, h('code', {}, text)), [
    h('button', { type: 'button', class: 'harm', onclick: () => { box.close(); go(); } }, 'Do it'),
  ]);
  return undefined;
}
