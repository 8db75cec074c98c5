import { h, badge, section, count, millis, micros, show, dialog, carryOut } from './dom.js';
import { live } from './live.js';
import { table } from './table.js';

const ROWS = 100;
const SHADES = { active: 'good', waiting: 'warn', idle: '' };
const SLOW_MICROS = 5e6;

/** The time of day, or the day if it is another one. */
function since(moment) {
  const [day, time] = moment.split(' ');
  return new Date().toISOString().startsWith(day) ? time : day;
}

/** In words: what it does. */
function doing(row) {
  if (row.state === 'waiting') return badge('waits', 'warn');
  if (row.query_us > 0) return badge('running', 'good');
  if (row.xact_us > 0) return badge('idle in transaction', 'warn');
  return badge(row.server === null ? 'idle' : 'keeps a connection', SHADES[row.state] ?? '');
}

function about(row, { me }) {
  const facts = Object.entries(row).map(([name, value]) => [h('dt', {}, name.replaceAll('_', ' ')),
    h('dd', {}, value === null || value === '' ? '–' : name.endsWith('_us') ? micros(value) : String(value))]);
  const sql = row.server_pid === null ? null
    : h('p', { class: 'muted' }, 'On the server: ', h('code', {}, `SELECT * FROM pg_stat_activity WHERE pid = ${row.server_pid};`));
  const pins = row.pins ? h('p', { class: 'muted' }, `${row.pins}: it keeps its server connection until this ends, or until DISCARD ALL. See pool modes in the manual.`) : null;
  const box = dialog(`Client ${row.id}: ${row.user}@${row.database}`, h('div', {}, h('dl', {}, facts.flat()), pins, sql),
    me.admin ? [
      h('button', { type: 'button', onclick: () => { box.close(); cancel(row); } }, 'Cancel its query'),
      h('button', { type: 'button', class: 'harm', onclick: () => { box.close(); kill(row); } }, 'Kill'),
    ] : []);
}

const name = (row) => `${row.user}@${row.database}${row.application_name ? ` (${row.application_name})` : ''}`;
const cancel = (row) => carryOut(`CANCEL_CLIENT ${row.id}`);
const kill = (row) => carryOut(`KILL_CLIENT ${row.id}`, `Close the connection of ${name(row)}?`);

/** Who waits for whom: the pools whose clients wait, and who holds their connections. */
function waits(pools) {
  return pools.map((pool) => h('div', {},
    h('p', {}, h('strong', {}, `${pool.database} / ${pool.user}`), `: ${count(pool.waiting)} ${pool.waiting === 1 ? 'client waits' : 'clients wait'}, the first for ${millis(pool.oldest_wait_ms)}. ${pool.active}${pool.size > 0 ? ` of ${pool.size}` : ''} connections are in use${pool.holders.length > 0 ? ', held by:' : '.'}`),
    h('ul', { class: 'holders' }, pool.holders.map((one) => h('li', {},
      h('strong', {}, one.application || one.user), h('span', { class: 'muted' }, `client ${one.id}`),
      one.query_ms > 0 ? badge(`running for ${millis(one.query_ms)}`, 'good')
        : one.transaction_ms > 0 ? badge(`idle in transaction for ${millis(one.transaction_ms)}`, 'warn')
          : badge('keeps it', ''),
      one.pins.length > 0 ? badge(one.pins.join(', '), 'info') : null)))));
}

export function make(context) {
  const { me, query, note } = context;
  let find = query.get('find') ?? '';
  let order = query.get('order') ?? '-xact_us';
  const search = h('input', { type: 'search', placeholder: 'user, application, address, id…', 'aria-label': 'Find sessions', value: find });
  const found = h('span', { class: 'muted' });
  const blocked = h('div', { class: 'body waits' });
  const who = section('Who waits for whom', [], blocked);
  const columns = [
    { name: 'who', label: 'Client', sort: 'user', cell: (row) => [
      h('button', { type: 'button', class: 'plain', 'data-focus': `about ${row.id}`, onclick: () => about(row, context) }, `${row.user}@${row.database}`),
      h('span', { class: 'under' }, [row.application_name, row.addr, `id ${row.id}`].filter(Boolean).join(' · '))] },
    { name: 'state', label: 'State', sort: 'state', cell: doing },
    { name: 'wait', label: 'Waits', sort: 'wait_us', kind: 'num', cell: (row) => (row.wait_us > 0 ? micros(row.wait_us) : ''), heat: (row) => (row.wait_us > 250000 ? 'hot' : '') },
    { name: 'xact', label: 'Transaction', sort: 'xact_us', kind: 'num', cell: (row) => (row.xact_us > 0 ? micros(row.xact_us) : ''), heat: (row) => (row.xact_us > SLOW_MICROS ? 'warm' : '') },
    { name: 'query', label: 'Query', sort: 'query_us', kind: 'num', cell: (row) => (row.query_us > 0 ? micros(row.query_us) : '') },
    { name: 'pins', label: 'Pinned by', sort: 'pins', cell: (row) => (row.pins ? row.pins.split(',').map((pin) => badge(pin, 'info')) : '') },
    { name: 'pid', label: 'Server pid', kind: 'num extra', sort: 'server_pid', cell: (row) => row.server_pid ?? '' },
    { name: 'since', label: 'Since', kind: 'extra', sort: 'connect_time', cell: (row) => h('span', { class: 'nowrap', title: row.connect_time }, since(row.connect_time)) },
  ];
  if (me.admin) {
    columns.push({ name: 'acts', label: '', kind: 'acts-cell', cell: (row) => [
      h('button', { type: 'button', class: 'small', 'data-focus': `cancel ${row.id}`, 'aria-label': `Cancel the query of client ${row.id}`, onclick: () => cancel(row) }, 'Cancel'), ' ',
      h('button', { type: 'button', class: 'small harm', 'data-focus': `kill ${row.id}`, 'aria-label': `Kill client ${row.id}`, onclick: () => kill(row) }, 'Kill')] });
  }
  const list = table('Sessions', columns, { get: () => order, set: (value) => { order = value; note({ order }); view.refresh(); } });
  search.addEventListener('input', () => { find = search.value; note({ find }); view.refresh(); });

  const view = {
    elements: [who, section('Sessions', [found, search], list.element)],
    draw({ picture }) {
      const pools = (picture?.pools ?? []).filter((one) => one.waiting > 0 && (!live.database || one.database === live.database));
      blocked.replaceChildren(...(pools.length > 0 ? waits(pools) : [h('p', { class: 'empty' }, 'Nobody waits for a server connection.')]));
    },
    async refresh() {
      const asked = find;
      const { rows, found: all } = await show('sessions', { find, order, limit: live.database ? 1000 : ROWS });
      if (asked !== find) return;
      const some = rows.filter((row) => !live.database || row.database === live.database).slice(0, ROWS);
      found.textContent = all > some.length ? `${some.length} of ${count(all)}` : `${count(all)}`;
      list.rows(some, find ? 'No session has that in any of its columns.' : 'No client is connected.');
    },
  };
  return view;
}
