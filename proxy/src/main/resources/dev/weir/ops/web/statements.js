import { h, section, count, micros, bytes, show, command, dialog, carryOut } from './dom.js';
import { live } from './live.js';
import { table } from './table.js';

const ROWS = 100;

/** What EXPLAIN ROUTE says of a text, for each database with nodes. */
function steps(rows) {
  if (rows.length === 0) return h('p', { class: 'empty' }, 'No database has nodes, so everything goes to the one server there is.');
  const columns = Object.keys(rows[0]);
  return h('ul', { class: 'steps' }, rows.map((row) => h('li', {},
    h('strong', {}, row[columns[0]]), h('span', {}, columns.slice(1).map((name) => row[name]).filter((one) => one !== null && one !== '').join(' · ')))));
}

async function explain(text, place) {
  place.replaceChildren(h('p', { class: 'muted' }, 'Asking.'));
  try {
    const { rows } = await command(`EXPLAIN ROUTE ${text}`);
    place.replaceChildren(steps(rows.filter((row) => !live.database || row.database === live.database)));
  } catch (failure) {
    place.replaceChildren(h('p', { class: 'failed', role: 'alert' }, failure.message));
  }
}

function about(row) {
  const route = h('div', {});
  const facts = ['calls', 'errors', 'rows'].map((name) => [h('dt', {}, name), h('dd', {}, count(row[name]))]);
  for (const name of ['total_time', 'avg_time', 'max_time', 'wait_time']) facts.push([h('dt', {}, name.replaceAll('_', ' ')), h('dd', {}, micros(row[name]))]);
  facts.push([h('dt', {}, 'bytes'), h('dd', {}, bytes(row.bytes))]);
  dialog(`Statement ${row.fingerprint}`, h('div', {},
    h('p', { class: 'muted' }, `${row.user}@${row.database}`), h('pre', { tabindex: '0' }, row.text), h('dl', {}, facts.flat()), h('h2', {}, 'Where it goes'), route));
  explain(row.text, route);
}

export function make(context) {
  const { me, query, note } = context;
  let order = query.get('order') ?? '-total_time';
  let find = query.get('find') ?? '';
  const search = h('input', { type: 'search', placeholder: 'text, user, database…', 'aria-label': 'Find statements', value: find });
  const found = h('span', { class: 'muted' });
  const list = table('Statements', [
    { name: 'text', label: 'Statement, without constants', kind: 'text clip', cell: (row) => [
      h('button', { type: 'button', class: 'plain code', 'data-focus': row.fingerprint, title: row.text, onclick: () => about(row) }, row.text),
      h('span', { class: 'under' }, `${row.user}@${row.database}`)] },
    { name: 'total', label: 'Time in sum', kind: 'num', sort: 'total_time', cell: (row) => micros(row.total_time) },
    { name: 'avg', label: 'Average', kind: 'num', sort: 'avg_time', cell: (row) => micros(row.avg_time) },
    { name: 'max', label: 'Longest', kind: 'num extra', sort: 'max_time', cell: (row) => micros(row.max_time) },
    { name: 'calls', label: 'Calls', kind: 'num', sort: 'calls', cell: (row) => count(row.calls) },
    { name: 'errors', label: 'Errors', kind: 'num', sort: 'errors', cell: (row) => count(row.errors), heat: (row) => (row.errors > 0 ? 'hot' : 'none') },
    { name: 'rows', label: 'Rows', kind: 'num extra', sort: 'rows', cell: (row) => count(row.rows) },
    { name: 'wait', label: 'Waited', kind: 'num extra', sort: 'wait_time', cell: (row) => micros(row.wait_time) },
  ], { get: () => order, set: (value) => { order = value; note({ order }); view.refresh(); } });
  search.addEventListener('input', () => { find = search.value; note({ find }); view.refresh(); });
  const box = h('textarea', { 'aria-label': 'A statement', placeholder: 'SELECT …', spellcheck: 'false', class: 'code' });
  const route = h('div', { 'aria-live': 'polite' });
  const off = h('p', { class: 'body empty', hidden: true }, 'Statements are not counted. ',
    h('code', {}, 'statements_max = 1000'), ' in the configuration does that, for server connections that are opened from then on.');

  const view = {
    elements: [
      section('Statements', [found, search, me.admin ? h('button', { type: 'button', onclick: () => carryOut('RESET STATEMENTS', 'Forget what statements have cost so far?') }, 'Reset') : null], off, list.element),
      section('Where would a statement go?', [], h('form', { class: 'body', onsubmit: (event) => { event.preventDefault(); if (box.value.trim()) explain(box.value.trim(), route); } },
        box, h('p', { class: 'acts' }, h('button', { type: 'submit', class: 'main' }, 'Explain the route'))), h('div', { class: 'body' }, route)),
    ],
    async refresh() {
      const asked = find;
      const { rows, found: all } = await show('statements', { find, order, limit: live.database ? 1000 : ROWS });
      if (asked !== find) return;
      const some = rows.filter((row) => !live.database || row.database === live.database).slice(0, ROWS);
      if (all === 0 && !find) {
        const { rows: settings } = await show('settings', { find: 'statements_max' });
        off.hidden = settings[0]?.value !== '0';
      } else off.hidden = true;
      found.textContent = all > 0 ? `${some.length} of ${count(all)}` : '';
      list.element.hidden = !off.hidden;
      list.rows(some, find ? 'No statement has that in it.' : 'No statement has been counted yet.');
    },
  };
  return view;
}
