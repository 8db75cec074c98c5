import { h, badge, section, count, seconds, bytes, micros, show } from './dom.js';
import { live, line, nodes, load } from './live.js';
import { chart } from './chart.js';
import { table, gauge } from './table.js';
import { range, rangeMinutes } from './now.js';

const SHADES = { up: 'good', out: 'warn', down: 'bad' };

export function make({ go }) {
  const lag = chart('Lag of replicas', [], seconds);
  const leases = chart('Transactions sent to each node, per second', [], count);
  const plots = h('div', { class: 'charts two' }, lag.element, leases.element);
  const bar = h('div', { class: 'bar' }, h('h2', {}, 'Last minutes'), range(() => plot()));
  const pick = h('p', { class: 'muted' });
  const table1 = table('Nodes', [
    { name: 'node', label: 'Node', cell: (row) => [h('strong', {}, row.node), live.database ? '' : h('span', { class: 'under' }, row.database)] },
    { name: 'role', label: 'Role', cell: (row) => badge(row.role, row.role === 'primary' ? 'info' : '') },
    { name: 'state', label: 'State', cell: (row) => badge(row.state === 'out' ? 'not read' : row.state, SHADES[row.state]) },
    { name: 'lag', label: 'Lag', kind: 'num', cell: (row) => (row.role === 'primary' ? '' : [seconds(row.lag_ms === null ? null : row.lag_ms / 1000), h('span', { class: 'under' }, bytes(row.lag_bytes))]) },
    { name: 'why', label: 'Why', kind: 'text', cell: (row) => row.error ?? row.why ?? '' },
    { name: 'active', label: 'In use', kind: 'num extra', cell: (row) => `${row.active} of ${row.servers}` },
    { name: 'latency', label: 'Answers in', kind: 'num extra', cell: (row) => micros(row.latency_us) },
    { name: 'timeline', label: 'Timeline', kind: 'num extra', cell: (row) => row.timeline },
    { name: 'lsn', label: 'LSN', kind: 'num extra', cell: (row) => row.lsn },
  ]);
  const routes = table('Routes by reason', [
    { name: 'reason', label: 'Reason', cell: (row) => [h('code', {}, row.reason), live.database ? '' : ` ${row.database}`, h('span', { class: 'under' }, row.meaning)] },
    { name: 'runs_on', label: 'Ran on', cell: (row) => badge(row.runs_on, row.runs_on === 'replica' ? 'good' : 'info') },
    { name: 'node', label: 'Node' },
    { name: 'transactions', label: 'Share', cell: (row) => gauge(`${row.reason} on ${row.node}`, row.transactions, row.all * 1.001, `${Math.round((row.transactions / row.all) * 100)} %`) },
    { name: 'count', label: 'Transactions', kind: 'num', cell: (row) => count(row.transactions) },
    { name: 'rate', label: 'Per second', kind: 'num', cell: (row) => count(row.rate) },
  ]);
  const failovers = h('div', {});
  const share = h('span', { class: 'muted' });
  let before = null;

  function mine(row) {
    return !live.database || row.database === live.database;
  }

  function plot() {
    if (lag.isLookedAt() || leases.isLookedAt()) return;
    const names = nodes();
    lag.draw(names.filter((node) => line('lag', node, node).values.some((value) => value !== null)).map((node) => ({ ...line('lag', node, node), always: true })), rangeMinutes());
    leases.draw(names.map((node) => ({ ...line('leases', node, node), always: true })), rangeMinutes());
  }

  async function tellRoutes() {
    const rows = (await show('routes')).rows.filter(mine);
    const at = performance.now();
    const all = rows.reduce((sum, row) => sum + row.transactions, 0);
    const onReplicas = rows.filter((row) => row.runs_on === 'replica').reduce((sum, row) => sum + row.transactions, 0);
    share.textContent = all > 0 ? `${Math.round((onReplicas / all) * 100)} % on replicas` : '';
    const key = (row) => `${row.database} ${row.node} ${row.reason}`;
    for (const row of rows) {
      const last = before?.counts.get(key(row)) ?? (before ? 0 : row.transactions);
      row.rate = before ? Math.max(0, (row.transactions - last) / ((at - before.at) / 1000)) : 0;
      row.all = Math.max(1, all);
    }
    before = { at, counts: new Map(rows.map((row) => [key(row), row.transactions])) };
    rows.sort((a, b) => b.transactions - a.transactions);
    routes.rows(rows, 'No transaction has been routed yet.');
  }

  async function tellFailovers() {
    const rows = (await show('failovers')).rows.filter(mine);
    failovers.replaceChildren();
    if (rows.length === 0) {
      failovers.append(h('p', { class: 'body empty' }, 'No primary has been replaced since this process started.'));
      return;
    }
    const columns = Object.keys(rows[0]);
    const list = table('Failovers', columns.map((name) => ({ name, label: name.replaceAll('_', ' ') })));
    list.rows(rows, '');
    failovers.append(list.element);
  }

  return {
    elements: [
      section('Nodes', [], table1.element),
      bar, pick, plots,
      section('Routes by reason', [share], routes.element),
      section('Failovers', [], failovers),
    ],
    draw({ picture }) {
      const clusters = [...new Set((picture?.nodes ?? []).map((one) => one.database))];
      const isThere = clusters.includes(live.database);
      if (!live.database && clusters.length === 1) {
        go('cluster', { database: clusters[0] });
        return;
      }
      pick.hidden = isThere;
      pick.textContent = clusters.length === 0
        ? 'No database has nodes: with nodes= in its entry, Weir knows primary and replicas, and where reads may go.'
        : `The plots are of one database: choose ${clusters.join(' or ')}.`;
      plots.hidden = !isThere;
      bar.hidden = !isThere;
      if (isThere && nodes().length === 0) load();
      if (isThere) plot();
    },
    async refresh() {
      table1.rows((await show('nodes')).rows.filter(mine), 'No database has nodes.');
      await tellRoutes();
      await tellFailovers();
    },
  };
}
