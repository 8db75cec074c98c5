import { ask, events } from './dom.js';

// What the server tells by itself, and the last hour of the database that is looked at.

const KEEP_MILLIS = 3600e3;
const STALE_MILLIS = 7000;
const RETRY_MILLIS = [1000, 2000, 5000];

export const live = {
  picture: null,
  database: '',
  /** Of each line of the hour, by "" or the name of a node. */
  hour: new Map(),
  why: '',
  at: 0,
};

const listeners = new Set();
let tries = 0;
let source = null;

export const onPicture = (listener) => listeners.add(listener);
const tell = () => listeners.forEach((listener) => listener(live));

export const isStale = () => live.at > 0 && performance.now() - live.at > STALE_MILLIS;

export function connect() {
  source?.close();
  source = events();
  source.addEventListener('picture', (event) => {
    const wasLost = live.why !== '';
    tries = 0;
    live.why = '';
    live.at = performance.now();
    live.picture = JSON.parse(event.data);
    if (wasLost) load();
    append(live.picture);
    tell();
  });
  source.addEventListener('end', (event) => {
    lose(JSON.parse(event.data).why);
  });
  source.onerror = () => lose('The connection to Weir is lost.');
}

function lose(why) {
  source.close();
  live.why = why;
  tell();
  setTimeout(connect, RETRY_MILLIS[Math.min(tries++, RETRY_MILLIS.length - 1)]);
}

/** Reads the last hour of a database, or of all. */
export async function load(database = live.database) {
  live.database = database;
  const read = await ask(`/api/history?database=${encodeURIComponent(database)}`).catch(() => null);
  if (!read || live.database !== database) return;
  live.hour = new Map(read.history.map((one) => [one.node ?? '', one]));
  tell();
}

function append(picture) {
  for (const one of picture.figures) {
    if (one.database !== live.database) continue;
    const line = live.hour.get(one.node ?? '');
    if (!line || line.moments.at(-1) >= picture.at) continue;
    line.moments.push(picture.at);
    for (const [name, values] of Object.entries(line.curves)) values.push(one[name] ?? null);
    while (line.moments[0] < picture.at - KEEP_MILLIS) {
      line.moments.shift();
      Object.values(line.curves).forEach((values) => values.shift());
    }
  }
}

/** A line of the database as a whole, or of one of its nodes. */
export function line(curve, label, node = '') {
  const one = live.hour.get(node);
  return { label, moments: one?.moments ?? [], values: one?.curves[curve] ?? [] };
}

export const nodes = () => [...live.hour.keys()].filter((node) => node !== '');
