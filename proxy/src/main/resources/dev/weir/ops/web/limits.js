import { h, section, count, bytes, show } from './dom.js';
import { table, gauge } from './table.js';

const NAMES = { heap: 'heap', non_heap: 'other memory of the JVM', buffers: 'buffers of connections' };
const isBytes = (name) => name.endsWith('_memory') || name === 'audit_queue';

export function make() {
  const size = (row, value) => (isBytes(row.limit) ? bytes(value) : count(value));
  const list = table('Limits', [
    { name: 'limit', label: 'Limit', cell: (row) => h('code', {}, row.limit) },
    { name: 'scope', label: 'Of', kind: 'extra', cell: (row) => (row.scope === 'client' ? 'each client' : 'all together') },
    { name: 'use', label: 'In use', cell: (row) => gauge(`${row.limit} in use`, row.in_use, row.value, size(row, row.in_use)) },
    { name: 'value', label: 'Value', kind: 'num', cell: (row) => (row.value === 0 ? 'unlimited' : size(row, row.value)) },
    { name: 'most', label: 'Most so far', kind: 'num', cell: (row) => size(row, row.most) },
    { name: 'refused', label: 'In the way', kind: 'num', cell: (row) => count(row.refused), heat: (row) => (row.refused > 0 ? 'warm' : '') },
  ]);
  const loops = table('Event loops', [
    { name: 'loop', label: 'Loop', cell: (row) => `${row.loop} (${row.transport})` },
    { name: 'clients', label: 'Clients', kind: 'num', cell: (row) => count(row.clients) },
    { name: 'servers', label: 'Servers', kind: 'num', cell: (row) => count(row.servers) },
    { name: 'waiting', label: 'Waiting', kind: 'num extra', cell: (row) => count(row.waiting) },
    { name: 'pending_tasks', label: 'Tasks', kind: 'num', cell: (row) => count(row.pending_tasks), heat: (row) => (row.pending_tasks > 1000 ? 'hot' : '') },
    { name: 'transactions', label: 'Transactions', kind: 'num', cell: (row) => count(row.transactions) },
    { name: 'bytes', label: 'Relayed', kind: 'num extra', cell: (row) => bytes(row.bytes_received + row.bytes_sent) },
  ]);
  const memory = table('Memory', [
    { name: 'name', label: 'Of', cell: (row) => NAMES[row.name] ?? row.name },
    { name: 'used', label: 'Used', kind: 'num', cell: (row) => bytes(row.used * row.size) },
    { name: 'free', label: 'Free', kind: 'num', cell: (row) => bytes(row.free * row.size) },
    { name: 'memtotal', label: 'In sum', kind: 'num', cell: (row) => bytes(row.memtotal) },
  ]);
  return {
    elements: [section('Limits', [], list.element), section('Event loops', [], loops.element), section('Memory', [], memory.element)],
    async refresh() {
      list.rows((await show('limits')).rows, 'There are no limits.');
      loops.rows((await show('loops')).rows, 'There are no loops.');
      memory.rows((await show('mem')).rows, 'Nothing is known of memory.');
    },
  };
}
