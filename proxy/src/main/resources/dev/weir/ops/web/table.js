import { h } from './dom.js';

/**
 * A table. columns: [{ name, label, kind, sort, cell }]; kind: classes of its cells; sort: the name
 * by which the server orders it. order: { get, set } of the name that orders it, behind a minus for
 * the greatest first.
 */
export function table(label, columns, order = null) {
  const head = h('tr', { role: 'row' });
  const body = h('tbody', { role: 'rowgroup' });
  const element = h('div', { class: 'scroll', role: 'region', 'aria-label': label, tabindex: '0' },
    h('table', { role: 'table' }, h('thead', { role: 'rowgroup' }, head), body));

  function heads() {
    const current = order?.get() ?? '';
    head.replaceChildren(...columns.map((column) => {
      const isOrder = column.sort && current.replace('-', '') === column.sort;
      const next = current === `-${column.sort}` ? column.sort : `-${column.sort}`;
      return h('th', {
        scope: 'col', role: 'columnheader', class: column.kind,
        'aria-sort': isOrder ? (current.startsWith('-') ? 'descending' : 'ascending') : null,
      }, column.sort && order
        ? h('button', { type: 'button', onclick: () => { order.set(next); heads(); } }, column.label)
        : column.label || h('span', { class: 'quiet' }, 'Actions'));
    }));
  }

  heads();
  return {
    element,
    heads,
    rows(rows, empty) {
      if (body.matches(':active')) return; // a click is half done
      const focused = document.activeElement;
      const place = body.contains(focused) ? focused.dataset.focus : null;
      body.replaceChildren(...rows.map((row) => h('tr', { role: 'row' }, columns.map((column) => {
        const made = column.cell ? column.cell(row) : row[column.name];
        const hot = column.heat ? column.heat(row) : '';
        return h('td', { role: 'cell', 'data-label': column.label, class: [column.kind, hot].filter(Boolean).join(' ') || null }, made ?? '–');
      }))));
      if (rows.length === 0) body.append(h('tr', { role: 'row' }, h('td', { role: 'cell', colspan: columns.length, class: 'muted' }, empty)));
      if (place) body.querySelector(`[data-focus="${CSS.escape(place)}"]`)?.focus();
    },
  };
}

/** How much of a limit is in use. */
export function gauge(label, used, max, text) {
  const meter = max > 0
    ? h('meter', { min: 0, max, low: max * 0.85, high: max * 0.999, optimum: 0, value: used, 'aria-label': label })
    : null;
  return h('div', { class: 'gauge' }, h('span', {}, text), meter);
}
