import { h, ask, seconds } from './dom.js';
import { live, connect, load, onPicture, isStale } from './live.js';
import * as now from './now.js';
import * as cluster from './cluster.js';
import * as sessions from './sessions.js';
import * as statements from './statements.js';
import * as config from './config.js';
import * as limits from './limits.js';

const SCREENS = [
  ['now', 'Now', now], ['cluster', 'Cluster', cluster], ['sessions', 'Sessions', sessions],
  ['statements', 'Statements', statements], ['settings', 'Settings', config], ['limits', 'Limits', limits],
];

const main = document.getElementById('main');
const picker = document.getElementById('database');
const state = document.getElementById('live');
const lost = document.getElementById('lost');
const links = new Map(SCREENS.map(([name, label]) => [name, h('a', { href: `#${name}` }, label)]));
let current = null;
let isBusy = false;
let me = { user: '', admin: false, databases: [] };

/** What is looked at stands in the address: #sessions?find=ann&database=app. */
function place() {
  const [name, query] = location.hash.slice(1).split('?');
  return { name: links.has(name) ? name : 'now', query: new URLSearchParams(query) };
}

function go(name, values) {
  const query = new URLSearchParams(values);
  if (live.database && !query.has('database')) query.set('database', live.database);
  const text = query.toString();
  location.hash = text ? `${name}?${text}` : name;
}

/** Notes in the address what has been chosen on this screen, without a step in the history. */
function note(values) {
  const { name, query } = place();
  for (const [key, value] of Object.entries(values)) {
    if (value) query.set(key, value); else query.delete(key);
  }
  const text = query.toString();
  history.replaceState(null, '', `#${name}${text ? `?${text}` : ''}`);
}

function open() {
  const { name, query } = place();
  const database = query.get('database') ?? '';
  for (const [key, link] of links) {
    if (key === name) link.setAttribute('aria-current', 'page'); else link.removeAttribute('aria-current');
    link.href = `#${key}${database ? `?database=${encodeURIComponent(database)}` : ''}`;
  }
  if (picker.value !== database) picker.value = database;
  if (live.database !== database || live.hour.size === 0) load(database);
  const [, label, screen] = SCREENS.find(([key]) => key === name);
  document.title = `${label} – Weir`;
  const view = screen.make({ me, query, go, note });
  main.replaceChildren(h('h1', { class: 'quiet' }, label), ...view.elements);
  current = view;
  refresh();
}

async function refresh() {
  const view = current;
  view.draw?.(live);
  if (!view.refresh || isBusy || document.hidden) return;
  isBusy = true;
  try {
    await view.refresh();
    view.failed?.remove();
    view.failed = null;
  } catch (failure) {
    view.failed ??= h('p', { class: 'failed', role: 'alert' });
    view.failed.textContent = `This could not be read: ${failure.message}`;
    if (view === current) main.prepend(view.failed);
  } finally {
    isBusy = false;
  }
  if (view !== current) refresh();
}

function tellState() {
  const isOff = live.why !== '' || isStale();
  document.body.classList.toggle('stale', isOff);
  state.className = `live ${isOff ? 'off' : live.at ? 'on' : ''}`;
  state.textContent = live.why ? 'lost' : !live.at ? 'connecting' : isStale() ? seconds((performance.now() - live.at) / 1000) : 'live';
  lost.hidden = !isOff;
  const text = isOff
    ? `${live.why || 'Nothing has been heard of Weir for a while.'}${live.at ? ' What you see is old.' : ''} Trying again.`
    : '';
  if (lost.textContent !== text) lost.textContent = text;
}

onPicture(() => {
  tellState();
  const names = new Set([...me.databases, ...(live.picture?.figures ?? []).map((one) => one.database)]);
  const known = new Set([...picker.options].map((one) => one.value));
  for (const name of names) {
    if (name && name !== '*' && !known.has(name)) picker.append(h('option', { value: name }, name));
  }
  const database = place().query.get('database') ?? '';
  if (picker.value !== database) picker.value = database;
  if (live.why === '') refresh();
});
setInterval(tellState, 1000);
window.addEventListener('hashchange', () => { open(); main.focus({ preventScroll: true }); });
picker.addEventListener('change', () => { note({ database: picker.value }); open(); });

async function begin() {
  document.getElementById('nav').append(...links.values());
  try {
    me = await ask('/api/me');
    document.getElementById('version').textContent = me.version;
  } catch (failure) {
    live.why = failure.message;
    tellState();
    setTimeout(begin2, 3000);
    return;
  }
  connect();
  open();
}

function begin2() {
  document.getElementById('nav').replaceChildren();
  begin();
}

begin();
