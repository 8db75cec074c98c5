import { h, badge, section, choice, ask, show, command, say } from './dom.js';
import { table } from './table.js';

const SHADES = { error: 'bad', warning: 'warn', note: 'info' };

/** The file alone: the directory is at the top of the page. */
const short = (source) => source.slice(source.lastIndexOf('/') + 1);

export function make({ me, query, note }) {
  let find = query.get('find') ?? '';
  let which = query.get('which') ?? 'set';
  let settings = null;
  const search = h('input', { type: 'search', placeholder: 'name, value, source…', 'aria-label': 'Find settings', value: find });
  const found = h('span', { class: 'muted' });
  const list = table('Settings', [
    { name: 'key', label: 'Setting', cell: (row) => h('code', {}, row.key) },
    { name: 'value', label: 'Value', kind: 'text', cell: (row) => (row.value === '' ? h('span', { class: 'muted' }, 'empty') : h('code', {}, row.value)) },
    { name: 'source', label: 'Where from', cell: (row) => (row.source === 'default' ? h('span', { class: 'muted' }, 'default') : h('span', { title: row.source }, short(row.source))) },
    { name: 'default', label: 'Default', kind: 'extra', cell: (row) => h('code', { class: 'muted' }, row.default ?? '') },
    { name: 'changeable', label: 'Changes with', kind: 'extra', cell: (row) => (row.changeable === 'yes' ? 'RELOAD, SET' : badge('restart')) },
  ]);
  const findings = h('ul', { class: 'findings', 'aria-label': 'Findings' });
  const checked = h('span', { class: 'muted' });
  const outcome = h('p', { class: 'body', role: 'status', hidden: true });

  function tell() {
    if (!settings) return;
    const text = find.toLowerCase();
    const some = settings.filter((row) => (which === 'all' || row.source !== 'default')
      && (!text || Object.values(row).some((value) => String(value ?? '').toLowerCase().includes(text))));
    found.textContent = `${some.length} of ${settings.length}`;
    list.rows(some, which === 'set' ? 'None of these is set: choose "all" to see the defaults.' : 'No setting has that in it.');
  }

  async function check() {
    const made = await ask('/api/check');
    checked.textContent = made.file;
    findings.replaceChildren(...(made.findings.length > 0
      ? made.findings.map((one) => h('li', {}, h('span', {}, badge(one.level, SHADES[one.level])), h('span', {}, one.text)))
      : [h('li', {}, h('span', {}, badge('ok', 'good')), h('span', {}, 'weir check has no complaint.'))]));
  }

  async function reload(event) {
    event.target.disabled = true;
    outcome.hidden = false;
    try {
      const made = await command('RELOAD');
      outcome.replaceChildren(badge('reloaded', 'good'), ` at ${new Date().toLocaleTimeString('en-GB')}. ${made.notices.join(' ')}`);
      say('RELOAD: done.');
    } catch (failure) {
      outcome.replaceChildren(badge('not reloaded', 'bad'), ` ${failure.message}`);
      say('RELOAD failed: nothing has changed.');
    } finally {
      event.target.disabled = false;
    }
    settings = null;
    await view.refresh();
  }

  search.addEventListener('input', () => { find = search.value; note({ find }); tell(); });
  const view = {
    elements: [
      section('What weir check finds in the file', [checked, me.admin ? h('button', { type: 'button', class: 'main', onclick: reload }, 'Reload') : null], outcome, h('div', { class: 'body' }, findings)),
      section('Settings', [found, choice('Which settings', [['set', 'set'], ['all', 'all']], () => which, (value) => { which = value; note({ which }); tell(); }), search], list.element),
    ],
    async refresh() {
      if (settings) return;
      settings = (await show('settings')).rows;
      tell();
      await check();
    },
  };
  return view;
}
