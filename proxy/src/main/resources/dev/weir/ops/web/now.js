import { h, badge, section, choice, count, millis, seconds, carryOut } from './dom.js';
import { live, line } from './live.js';
import { chart } from './chart.js';
import { table, gauge } from './table.js';

const SHADES = { up: 'good', out: 'warn', down: 'bad' };
const WORDS = { down: ['not served', 'bad'], warning: ['warning', 'warn'], note: ['note', 'info'] };

const CHARTS = [
  ['Per second', [['transactions', 'transactions'], ['queries', 'queries']], count],
  ['Time of a transaction', [['median', 'median'], ['p99', '99 %']], millis],
  ['Wait for a server connection', [['longest_wait', 'longest now'], ['wait_p99', '99 % served']], millis],
  ['Clients', [['clients', 'connected'], ['waiting', 'waiting']], count],
  ['Server connections', [['active', 'in use'], ['servers', 'open']], count],
  ['Transactions lost with their connection, per second', [['lost', 'lost']], count],
];

let minutes = 15;

export const range = (draw) => choice('Range of the plots', [[5, '5 min'], [15, '15 min'], [60, '60 min']], () => minutes, (value) => { minutes = value; draw(); });
export const rangeMinutes = () => minutes;

/** What is wrong in a sentence, what to do about it, and a button that does it. */
function finding(one, tag, { me, go }) {
  const acts = h('div', { class: 'acts' },
    one.command && me.admin ? h('button', { type: 'button', class: 'main', onclick: () => carryOut(one.command, `${one.command}?`) }, one.command) : null,
    one.screen !== 'now' ? h('button', { type: 'button', onclick: () => go(one.screen, {}) }, `See ${one.screen}`) : null);
  return [h(tag, {}, one.what), h('p', { class: 'remedy' }, one.remedy), acts];
}

function well(picture) {
  const all = picture.figures.find((one) => one.database === '' && one.node === null) ?? {};
  return `All is well: ${count(all.clients ?? 0)} clients, ${count(all.transactions ?? 0)} transactions per second, nobody waits for long.`;
}

export function make(context) {
  const { go } = context;
  const headline = h('section', { class: 'now', 'aria-label': 'What is wrong now' }, h('p', { class: 'muted' }, 'Waiting for the first figures.'));
  const plots = CHARTS.map(([title, series, shown]) => chart(title, series.map(([key, label]) => ({ key, label })), shown));
  const pools = table('Pools', [
    { name: 'pool', label: 'Database / user', cell: (row) => h('button', { type: 'button', class: 'plain', 'data-focus': `${row.database}/${row.user}`, onclick: () => go('sessions', { database: row.database, find: row.user }) }, `${row.database} / ${row.user}`) },
    { name: 'clients', label: 'Clients', kind: 'num', cell: (row) => count(row.clients) },
    { name: 'waiting', label: 'Waiting', kind: 'num', cell: (row) => count(row.waiting), heat: (row) => (row.waiting > 0 ? 'warm' : '') },
    { name: 'oldest', label: 'Longest wait', kind: 'num', cell: (row) => millis(row.oldest_wait_ms), heat: (row) => (row.oldest_wait_ms >= 2000 ? 'hot' : row.oldest_wait_ms >= 250 ? 'warm' : '') },
    { name: 'use', label: 'Server connections in use', cell: (row) => gauge(`${row.database} / ${row.user}: server connections in use`, row.active, row.size, row.size > 0 ? `${row.active} of ${row.size}` : String(row.active)) },
    { name: 'servers', label: 'Open', kind: 'num extra', cell: (row) => count(row.servers) },
    { name: 'opening', label: 'Being opened', kind: 'num extra', cell: (row) => count(row.opening) },
  ]);
  const nodes = h('ul', { class: 'strip', 'aria-label': 'Nodes' });
  const left = h('p', { class: 'body muted' });

  function plot() {
    plots.forEach((one, i) => {
      if (!one.isLookedAt()) one.draw(CHARTS[i][1].map(([key, label]) => line(key, label)), minutes);
    });
  }

  /** The nodes at a glance. */
  function strip(picture) {
    const some = picture.nodes.filter((one) => !live.database || one.database === live.database);
    nodes.hidden = some.length === 0;
    if (nodes.matches(':active')) return;
    nodes.replaceChildren(...some.map((one) => {
      const lag = picture.figures.find((figure) => figure.database === one.database && figure.node === one.node)?.lag;
      const state = one.state === 'out' ? 'not read' : one.state;
      return h('li', {}, h('a', { href: `#cluster?database=${encodeURIComponent(one.database)}` },
        h('i', { class: `dot ${SHADES[one.state]}` }), h('strong', {}, one.node), ` ${one.database} ${one.role}, ${state}${lag > 0 ? `, ${seconds(lag)} behind` : ''}`));
    }));
  }

  let before = '';
  function tell(picture) {
    const text = JSON.stringify(picture.findings) || '';
    const isWell = picture.findings.length === 0;
    if ((text === before && !isWell) || headline.matches(':active')) return; // so that buttons stay where they are
    before = text;
    const [first, ...others] = picture.findings;
    headline.className = `now ${first?.severity ?? ''}`;
    if (isWell) {
      headline.replaceChildren(h('h2', {}, badge('ok', 'good'), ' ', well(picture)));
      return;
    }
    const [word, kind] = WORDS[first.severity];
    const [what, ...rest] = finding(first, 'h2', context);
    what.prepend(badge(word, kind), ' ');
    headline.replaceChildren(what, ...rest);
    if (others.length > 0) {
      headline.append(h('ul', { class: 'more', 'aria-label': 'Also' }, others.map((one) => {
        const [title, remedy, acts] = finding(one, 'span', context);
        const [label, shade] = WORDS[one.severity];
        remedy.append(' ', acts);
        return h('li', {}, badge(label, shade), title, h('div', { class: 'remedy' }, remedy));
      })));
    }
  }

  return {
    elements: [
      headline, nodes,
      h('div', { class: 'bar' }, h('h2', {}, 'Last minutes'), range(plot)),
      h('div', { class: 'charts' }, plots.map((one) => one.element)),
      section('Pools', [], pools.element, left),
    ],
    draw({ picture }) {
      plot();
      if (!picture) return;
      tell(picture);
      strip(picture);
      const some = picture.pools.filter((one) => !live.database || one.database === live.database);
      pools.rows(some, 'There is no pool yet: pools come with the first client of a database and user.');
      left.textContent = picture.pools_left > 0 ? `${picture.pools_left} more pools are less busy: SHOW POOLS.` : '';
      left.hidden = picture.pools_left === 0;
    },
  };
}
