// Messages, newest first, page by page.

import { button, confirm, empty, h, link, notice, pill, table, write } from './elements.js';
import { get, history, post } from './server.js';
import { ago, attempts, DIGITS, FIRST, plural, time, timeOf } from './words.js';

export const STATES = ['READY', 'SCHEDULED', 'RUNNING', 'COMPLETED', 'DEAD', 'CANCELLED', 'EXPIRED'];
const ENDED = ['DEAD', 'CANCELLED', 'EXPIRED'];
const TIMES = { createdAfter: 'handed in after', createdBefore: 'handed in before', endedAfter: 'ended after', endedBefore: 'ended before' };
const FILTERS = ['state', 'queue', 'task', 'tag', 'key', ...Object.keys(TIMES)];
const LIMIT = 50;
// Clocks of processes differ, and step.
const SLACK = 3600000;

/** Where the newest messages of a time begin; empty when that is now. */
function idAt(text) {
  const at = new Date(text).getTime() + SLACK;
  if (!(at < Date.now())) return '';
  let value = BigInt(Math.max(0, at - FIRST)) << 22n;
  let id = '';
  for (let digit = 0; digit < 13; digit++, value /= 32n) id = DIGITS[Number(value % 32n)] + id;
  return id;
}

/** As the field of a form has it, in the time of who looks; and back. */
function local(text) {
  const at = new Date(text);
  return isNaN(at) ? '' : new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
}

const zulu = (text) => text ? new Date(text).toISOString() : '';

const inWords = (name, value) => TIMES[name] ? `${TIMES[name]} ${time(value)}` : `${name} ${value}`;

export const noteOf = (message) => message.progress && message.state === 'RUNNING'
  ? `${Math.round(message.progress.fraction * 100)} %${message.progress.text ? `: ${message.progress.text}` : ''}`
  : message.lastError ? `${message.lastError.type.split('.').pop()}: ${message.lastError.message}` : '';

export function list(page, query) {
  const filter = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) || '']));
  const after = query.get('after') || '';
  let steps = 0;
  let searching = false;
  let found = [];
  let next = null;
  let stopped = false;

  const go = (changed, cursor) => {
    const wanted = Object.entries({ ...filter, ...changed, after: cursor || '' }).filter(([, value]) => value);
    location.hash = `#/messages${wanted.length ? `?${new URLSearchParams(wanted)}` : ''}`;
  };
  const names = { queue: h('datalist', { id: 'names-queue' }), task: h('datalist', { id: 'names-task' }) };
  const input = (name, label, attributes) => h('label', {}, label,
    h('input', { name, value: filter[name], autocomplete: 'off', spellcheck: 'false', ...attributes }));
  const state = h('select', { name: 'state' }, h('option', { value: '' }, 'any'),
    STATES.map((one) => h('option', { value: one, selected: filter.state === one }, one.toLowerCase())));
  const form = h('form', { class: 'filters', role: 'search', 'aria-label': 'Messages', onsubmit: (event) => {
    event.preventDefault();
    const values = new FormData(form);
    const id = values.get('id').trim().toUpperCase();
    if (id) {
      location.hash = `#/messages/${encodeURIComponent(id)}`;
      return;
    }
    go(Object.fromEntries(FILTERS.map((name) => [name, TIMES[name] ? zulu(values.get(name)) : (values.get(name) || '').trim()])));
  } },
  h('label', {}, 'State', state), input('queue', 'Queue', { list: 'names-queue' }), input('task', 'Task', { list: 'names-task' }),
  input('tag', 'Tag'), input('key', 'Key', { title: 'An idempotency, unique, ordering or concurrency key, the whole of it' }), Object.entries(TIMES).map(([name, words]) => input(name, words[0].toUpperCase() + words.slice(1),
    { type: 'datetime-local', step: '1', value: local(filter[name]) })), h('label', {}, 'Id', h('input', { name: 'id', autocomplete: 'off', spellcheck: 'false', maxlength: '20' })),
  h('button', {}, 'Search'), names.queue, names.task);
  state.addEventListener('change', () => form.requestSubmit());

  const result = table('Messages', [
    { title: 'Id', kind: 'id', mark: (message) => message.id, cell: (message) => link(message.id, 'messages', message.id) },
    { title: 'State', mark: (message) => message.state, cell: (message) => pill(message.state.toLowerCase(), message.state) },
    { title: 'Task', kind: 'name', cell: (message) => message.task },
    { title: 'Queue', cell: (message) => message.queue },
    { title: 'Handed in', mark: (message) => [message.createdAt, ago(message.createdAt, history.now)], cell: (message) => h('time', { datetime: message.createdAt, title: new Date(message.createdAt).toLocaleString() }, ago(message.createdAt, history.now)) },
    { title: 'Attempt', number: true, cell: attempts },
    { title: 'Note', kind: 'note', cell: noteOf },
  ], (message) => message.id);
  const nothing = empty('No messages', FILTERS.some((name) => filter[name]) ? 'None matches what you search for.' : 'Messages show here as soon as the application hands one in.');
  const status = h('p', { class: 'status', role: 'status' });
  const newest = button('Newest', () => go({}), { class: 'small quiet' });
  const older = button('Older', () => go({}, next), { class: 'small quiet' });
  const stop = button('Stop', () => { stopped = true; }, { class: 'small quiet' });
  const all = h('span', { class: 'bulk' });
  const pages = h('div', { class: 'pages' }, newest, older, stop, status, all);

  if (page.writable && ENDED.includes(filter.state)) {
    const ask = async (operation, title, text, danger) => {
      if (!await confirm({ title, text, yes: operation === 'retry' ? 'Retry all' : 'Delete all', danger })) return;
      try {
        const chosen = Object.fromEntries(FILTERS.filter((name) => filter[name]).map((name) => [name, filter[name]]));
        const answer = await post(['messages'], { operation, ...chosen });
        notice(`${plural(answer.messages, 'message')} ${operation === 'retry' ? 'run again' : 'deleted'}.`);
      } catch (error) {
        notice(error.message, true);
      }
      go({});
      await view.refresh();
    };
    const which = FILTERS.filter((name) => filter[name]).map((name) => inWords(name, filter[name])).join(', ');
    all.append(button('Retry all of these', () => ask('retry', 'Retry all that match?', `All messages with ${which}, on all pages, run again.`), { class: 'small' }), ' ',
      button('Delete all of these', () => ask('purge', 'Delete all that match?', `All messages with ${which}, on all pages, are gone for good.`, true), { class: 'small quiet danger' }));
  }

  function draw() {
    result.show(found);
    result.element.hidden = found.length === 0;
    nothing.hidden = searching || found.length > 0 || Boolean(next);
    newest.hidden = !after;
    older.hidden = searching || !next;
    stop.hidden = !searching || steps < 2;
    const back = next ? `back to ${time(timeOf(next))}` : 'all there is';
    write(status, searching && steps > 1 ? `Searching, ${back} so far …` : steps > 1 || (next && found.length < LIMIT) ? `Looked ${next ? back : 'at all there is'}.` : '');
  }

  /** How many there are at most, by the counters; whoever has found them need not search on. */
  async function expected() {
    if (after || filter.tag || filter.key || !filter.state || Object.keys(TIMES).some((name) => filter[name])) return Infinity;
    const tasks = Object.values((await get(['tasks'])).tasks).filter((task) => !filter.task || task.name === filter.task);
    return tasks.reduce((sum, task) => sum + ((filter.queue ? task.queues[filter.queue] || {} : task.states)[filter.state] || 0), 0);
  }

  /** A step looks at some tens of thousands of messages: a search for what is rare takes several. */
  async function search() {
    searching = true;
    steps = 0;
    let rows = [];
    // What has ended before a time was handed in before it.
    let cursor = after || [filter.createdBefore, filter.endedBefore].map(idAt).filter(Boolean).sort()[0] || '';
    const oldest = filter.createdAfter ? new Date(filter.createdAfter).getTime() - SLACK : 0;
    try {
      const most = await expected();
      do {
        const answer = await get(['messages'], { ...filter, order: 'newest', after: cursor, limit: LIMIT - rows.length });
        // What is known under a key comes at once, and again in its place.
        const seen = new Set(rows.map((message) => message.id));
        rows = rows.concat(answer.messages.filter((message) => !seen.has(message.id))).sort((one, other) => one.id < other.id ? 1 : -1);
        cursor = rows.length >= most || (answer.next && timeOf(answer.next) < oldest) ? null : answer.next || null;
        steps++;
        found = rows;
        next = cursor;
        draw();
      } while (cursor && rows.length < LIMIT && !stopped && view.element.isConnected);
    } finally {
      searching = false;
      draw();
    }
  }

  async function nameThem() {
    const report = await get(['queue']);
    names.queue.replaceChildren(...Object.keys(report.queues).map((value) => h('option', { value })));
    names.task.replaceChildren(...Object.keys((await get(['tasks'])).tasks).map((value) => h('option', { value })));
  }

  let opened = false;
  const view = {
    title: 'Messages',
    element: h('section', {}, h('h2', {}, 'Messages', h('small', {}, ' the newest first')), form, nothing, result.element, pages),
    async refresh() {
      if (!opened) {
        opened = true;
        await Promise.all([search(), nameThem()]);
        return;
      }
      // What took several steps is not searched again every two seconds.
      if (steps <= 1) await search();
    },
  };
  draw();
  nothing.hidden = true;
  return view;
}
