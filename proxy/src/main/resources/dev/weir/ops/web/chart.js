import { h, s, clock } from './dom.js';

const HEIGHT = 132;
const TOP = 8;
const BOTTOM = 18;
const RIGHT = 40;

/** A bound for an axis that is 1, 2 or 5 times a power of ten. */
function bound(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= value * 0.999);
}

/**
 * A plot of the last minutes. series: [{ key, label }]; shown: how a value is written.
 * draw(lines, minutes) is told { moments, curves } of each series' key.
 */
export function chart(title, series, shown, note = '') {
  const legend = h('span', { class: 'legend' });
  const moment = h('span', {});
  const plot = s('svg', { class: 'plot', role: 'img', tabindex: '0' });
  const figure = h('figure', { class: 'card' },
    h('figcaption', {}, h('span', { class: 'title' }, h('span', {}, title, note && h('span', { class: 'quiet' }, ` ${note}`)), moment), legend),
    plot);
  let lines = [];
  let names = series;
  let minutes = 15;
  let cursor = null;

  function values(index) {
    legend.replaceChildren(...names.map((one, i) => {
      const line = lines[i];
      const value = line && line.values.length > 0 ? line.values.at(index ?? -1) : null;
      return h('span', {}, h('i', { class: `s${i % 6}` }), h('b', {}, shown(value)), names.length > 1 || one.always ? one.label : null);
    }));
    moment.textContent = index === null ? '' : clock(lines[0].moments[index]);
  }

  /** The greatest value of each column of pixels, so that no peak is lost. */
  function points(line, from, to, width) {
    const columns = [];
    for (let i = 0; i < line.moments.length; i++) {
      const at = line.moments[i];
      if (at < from) continue;
      const x = Math.round(((at - from) / (to - from)) * width);
      const last = columns.at(-1);
      const value = line.values[i];
      if (last && last.x === x) {
        if (last.value === null || (value !== null && value > last.value)) last.value = value;
      } else columns.push({ x, value });
    }
    return columns;
  }

  function path(columns, y, floor) {
    let d = '';
    let isOn = false;
    let begin = 0;
    let area = '';
    let end = 0;
    for (const { x, value } of columns) {
      if (value === null) {
        if (isOn && floor !== null) area += `L${end} ${floor}L${begin} ${floor}Z`;
        isOn = false;
        continue;
      }
      const to = `${x} ${y(value).toFixed(1)}`;
      d += (isOn ? 'L' : 'M') + to;
      area += (isOn ? 'L' : 'M') + to;
      if (!isOn) begin = x;
      end = x;
      isOn = true;
    }
    if (isOn) area += `L${end} ${floor}L${begin} ${floor}Z`;
    return { d: d || 'M0 0', area: area || 'M0 0' };
  }

  function paint() {
    const all = plot.clientWidth || 320;
    const tall = plot.clientHeight || HEIGHT;
    const width = all - RIGHT;
    const floor = tall - BOTTOM;
    const now = Math.max(...lines.map((line) => line.moments.at(-1) ?? 0), 0);
    const from = now - minutes * 60000;
    const columns = lines.map((line) => points(line, from, now, width));
    const most = Math.max(0, ...columns.flat().map((one) => one.value ?? 0));
    const top = bound(most);
    const y = (value) => floor - (value / top) * (floor - TOP);
    const parts = [0, 0.5, 1].flatMap((part) => [
      s('line', { class: 'grid', x1: 0, x2: width, y1: y(top * part), y2: y(top * part) }),
      s('text', { x: width + 5, y: y(top * part) + 4 }, shown(top * part)),
    ]);
    parts.push(s('text', { x: 0, y: tall - 3 }, `−${minutes} min`), s('text', { x: width, y: tall - 3, 'text-anchor': 'end' }, 'now'));
    columns.forEach((one, i) => {
      const { d, area } = path(one, y, floor);
      if (i === 0) parts.push(s('path', { class: `area s${i % 6}`, d: area }));
      parts.push(s('path', { class: `s${i % 6}`, d }));
    });
    if (cursor !== null && lines[0]) {
      const x = ((lines[0].moments[cursor] - from) / (now - from)) * width;
      if (x >= 0) parts.push(s('line', { class: 'cursor', x1: x, x2: x, y1: TOP, y2: floor }));
    }
    plot.setAttribute('viewBox', `0 0 ${all} ${tall}`);
    plot.setAttribute('aria-label', `${title}, last ${minutes} minutes. ` + names.map((one, i) => {
      const value = lines[i]?.values.at(-1) ?? null;
      const peak = Math.max(0, ...(columns[i] ?? []).map((c) => c.value ?? 0));
      return `${one.label}: now ${shown(value)}, most ${shown(peak)}`;
    }).join('; '));
    plot.replaceChildren(...parts);
    values(cursor);
  }

  function look(index) {
    const last = (lines[0]?.moments.length ?? 0) - 1;
    cursor = index === null || last < 0 ? null : Math.max(0, Math.min(last, index));
    paint();
  }

  plot.addEventListener('pointermove', (event) => {
    const line = lines[0];
    if (!line || line.moments.length === 0) return;
    const box = plot.getBoundingClientRect();
    const now = line.moments.at(-1);
    const at = now - minutes * 60000 * (1 - (event.clientX - box.left) / (box.width - RIGHT));
    let near = line.moments.length - 1;
    while (near > 0 && line.moments[near] > at) near--;
    look(near);
  });
  plot.addEventListener('pointerleave', () => look(null));
  plot.addEventListener('blur', () => look(null));
  plot.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === 'Escape') look(null);
    if (!step) return;
    event.preventDefault();
    look((cursor ?? lines[0]?.moments.length ?? 0) + step * (event.shiftKey ? 15 : 1));
  });
  new ResizeObserver(() => paint()).observe(plot);

  return {
    element: figure,
    /** parts: for each line { label, moments, values }. */
    draw(parts, range) {
      lines = parts;
      names = parts.map((one, i) => ({ ...series[i], ...one }));
      minutes = range;
      cursor = null;
      paint();
    },
    isLookedAt: () => cursor !== null,
  };
}
