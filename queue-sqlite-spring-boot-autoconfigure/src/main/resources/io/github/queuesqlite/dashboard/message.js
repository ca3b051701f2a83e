// One message: what becomes of it, and what may be done.

import { button, confirm, empty, h, link, notice, pill } from './elements.js';
import { pauseAndResume, pausedPill } from './queues.js';
import { get, history, post } from './server.js';
import { ago, attempts, bytes, millis, number, time } from './words.js';

const when = (text) => h('time', { datetime: text, title: new Date(text).toLocaleString() }, `${time(text)} · ${ago(text, history.now)}`);

const kinds = { SCHEDULED: 'retry', READY: 'waiting', RUNNING: 'running', COMPLETED: 'done', DEAD: 'failed' };
const named = (state) => state.charAt(0) + state.slice(1).toLowerCase();

/** What was recorded of its states. */
function changes(states, add) {
  for (const change of states) {
    const claimed = change.state === 'RUNNING';
    add(change.at, kinds[change.state] || 'quiet', (claimed ? `Attempt ${change.attempt} claimed` : named(change.state)) + (change.process ? ` ${claimed ? 'by' : 'from'} ${change.process}` : ''));
  }
}

/** What the message itself knows of them. */
function ends(message, add) {
  add(message.createdAt, 'waiting', 'Handed in');
  add(message.startedAt, 'running', message.attempt > 0 ? `Attempt ${message.attempt} claimed` : 'Claimed');
  add(message.finishedAt, kinds[message.state] || 'quiet', named(message.state));
}

/** Everything that has a time, in its order. */
function timeline(message) {
  const entries = [];
  const add = (at, kind, text, more) => { if (at) entries.push({ at, kind, text, more }); };
  if (message.runAt !== message.createdAt) add(message.runAt, 'retry', new Date(message.runAt) > history.now ? 'Due' : 'Was due');
  if (message.history.length > 0) changes(message.history, add);
  else ends(message, add);
  for (const failure of message.failures) {
    add(failure.at, 'failed', `Attempt ${failure.attempt} failed: ${failure.type.split('.').pop()}`, h('div', {}, failure.message && h('p', { class: 'reason' }, failure.message),
      failure.stack && h('details', { 'data-keep': `stack-${failure.attempt}-${failure.at}` }, h('summary', {}, 'Stack'), h('pre', { tabindex: '0' }, failure.stack))));
  }
  for (const entry of message.log) add(entry.at, 'quiet', `Attempt ${entry.attempt} noted: ${entry.text}`);
  if (message.expiresAt) add(message.expiresAt, 'quiet', message.state === 'EXPIRED' ? 'Expired' : 'Expires unless it runs before');
  return entries.map((entry, index) => ({ ...entry, index })).sort((one, other) => new Date(one.at) - new Date(other.at) || one.index - other.index);
}

function drawTimeline(message) {
  return h('section', { class: 'card' }, h('h3', {}, 'Time line'), h('ol', { class: 'timeline' }, timeline(message).map((entry) =>
    h('li', { class: entry.kind }, h('div', {}, h('b', {}, entry.text), when(entry.at)), entry.more))));
}

function drawExplanation(message) {
  const { explanation } = message;
  return h('section', { class: 'card' }, h('h3', {}, 'Why'),
    h('p', { class: 'summary' }, explanation.summary),
    message.progress && h('div', { class: 'progress' },
      h('progress', { max: 1, value: message.progress.fraction, 'aria-label': 'Progress' }), h('span', {}, `${Math.round(message.progress.fraction * 100)} %${message.progress.text ? ` · ${message.progress.text}` : ''}`)),
    explanation.reasons.length > 0 && explanation.reasons[0].heldBy && h('p', {}, 'It waits for ', link(explanation.reasons[0].heldBy, 'messages', explanation.reasons[0].heldBy)),
    explanation.reasons.length > 1 && h('ul', { class: 'reasons', 'aria-label': 'Further reasons' }, explanation.reasons.slice(1).map((reason) =>
      h('li', {}, reason.text, reason.heldBy && [' ', link(reason.heldBy, 'messages', reason.heldBy)]))),
    explanation.estimatedStart && h('p', {}, 'May start ', when(explanation.estimatedStart)),
    explanation.run && h('p', {}, `Runs in ${explanation.run.process || 'a process that nobody remembers'}${explanation.run.self ? ', this one' : ''}`,
      explanation.run.deadline && [', its time is over ', when(explanation.run.deadline)]),
    explanation.ending && explanation.ending.stoppedBy && h('p', {}, 'Stopped by ', link(explanation.ending.stoppedBy, 'messages', explanation.ending.stoppedBy)),
    explanation.ending && explanation.ending.followedBy.length > 0 && h('p', {}, 'Followed by ', explanation.ending.followedBy.map((one) => [link(one.task, 'messages', one.id), ' '])));
}

/** Those that wait for others are further in. */
function drawTree(message) {
  if (!message.tree) return null;
  const depth = new Map();
  const nodes = new Map(message.tree.nodes.map((node) => [node.id, node]));
  const deep = (node, seen) => {
    if (depth.has(node.id)) return depth.get(node.id);
    if (seen.has(node.id)) return 0;
    seen.add(node.id);
    const value = Math.max(-1, ...node.waitsFor.map((id) => nodes.has(id) ? deep(nodes.get(id), seen) : -1)) + 1;
    depth.set(node.id, value);
    return value;
  };
  return h('section', { class: 'card' }, h('h3', {}, 'Stored together', h('small', {}, ` ${number(message.tree.nodes.length)}${message.tree.complete ? '' : ' of more'}`)),
    h('ul', { class: 'tree' }, message.tree.nodes.map((node) => h('li', { class: `in-${Math.min(6, deep(node, new Set()))}`, 'aria-current': node.id === message.id && 'true' },
      pill(node.state.toLowerCase(), node.state), ' ', link(node.task, 'messages', node.id), node.waiting && h('small', {}, node.waiting)))));
}

/** A key, which leads to all that have it. */
const searched = (key) => key && h('a', { href: `#/messages?${new URLSearchParams({ key })}`, title: 'All messages with this key' }, key);

function drawFacts(message, key) {
  const entries = [['Task', link(message.task, 'tasks')], ['Queue', link(message.queue, 'queues')], ['Priority', ['low', 'normal', 'high', 'urgent'][message.priority] || message.priority],
    ['Attempt', attempts(message)], ['Tags', message.tags.length ? message.tags.join(', ') : null], ['Source', message.source],
    ['Ordering key', key(message.orderingKey)], ['Concurrency key', key(message.concurrencyKey)], ['Unique key', searched(message.uniqueKey)], ['Idempotency key', searched(message.idempotencyKey)],
    ...Object.entries(message.headers).map(([name, value]) => [`Header ${name}`, value]),
    ...Object.entries(message.metadata).map(([name, value]) => [`Metadata ${name}`, typeof value === 'string' ? value : JSON.stringify(value)])];
  return h('section', { class: 'card' }, h('h3', {}, 'What it is'), h('dl', { class: 'facts' },
    entries.filter(([, value]) => value !== null && value !== undefined && value !== '').map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])));
}

function body(name, value) {
  if (!value) return h('p', {}, `It has no ${name}.`);
  if (value.encoding === 'local') return h('p', {}, 'It is an object of the application, kept in memory.');
  if (value.value === '******' && !value.encoding) return h('p', {}, `${bytes(value.size)}, hidden: see queue.sqlite.dashboard.show-values.`);
  const text = value.encoding === 'json' ? JSON.stringify(value.value, null, 2) : String(value.value);
  const most = 100000;
  return h('div', {}, h('p', {}, `${bytes(value.size)}, ${value.encoding}${text.length > most ? ', the beginning' : ''}`), h('pre', { tabindex: '0' }, text.slice(0, most)));
}

export function one(page, id) {
  let seen = null;
  const head = h('div', { class: 'head' });
  const left = h('div');
  const right = h('div');
  const gone = h('div', { hidden: true });
  const shownBody = h('section', { class: 'card' });
  const cards = h('div', { class: 'cards' }, left, right);
  let drawn = '';

  const operate = (operation, done, body = {}) => async () => {
    try {
      await post(['messages', id], { operation, ...body });
      notice(done);
    } catch (error) {
      notice(error.message, true);
    }
    await view.refresh();
  };
  let paused = {};
  const keyAction = pauseAndResume('keys', 'Key', page, () => view.refresh());
  /** A key, and what holds back all that have it. */
  const key = (name) => {
    if (!name) return null;
    const item = paused[name] || { name };
    return [searched(name), ' ', pausedPill(item), ' ', keyAction(item)].filter(Boolean);
  };
  const asked = (question, operation, done) => async () => {
    const answer = await confirm(question);
    if (answer) await operate(operation, done, answer.runAt ? { runAt: answer.runAt } : {})();
  };

  function actions(message) {
    if (!page.writable) return [];
    const { state } = message;
    const ended = ['COMPLETED', 'DEAD', 'CANCELLED', 'EXPIRED'].includes(state);
    const treeLives = message.tree && message.tree.nodes.some((node) => ['READY', 'SCHEDULED', 'RUNNING'].includes(node.state));
    return [
      ['DEAD', 'CANCELLED', 'EXPIRED'].includes(state) && button('Retry', asked({ title: 'Retry this message?', text: 'It runs again, from its first attempt.', yes: 'Retry' }, 'retry', 'The message runs again.')),
      ['READY', 'SCHEDULED'].includes(state) && button('Reschedule', asked({ title: 'Reschedule this message?', text: 'It does not start before then.', yes: 'Reschedule',
        fields: [{ name: 'runAt', label: 'When, or how long from now', placeholder: '10m, 2h, 2026-01-31T12:00:00Z' }] }, 'reschedule', 'The message has another time.'), { class: 'quiet' }),
      !ended && button('Cancel', asked({ title: 'Cancel this message?', text: state === 'RUNNING' ? 'Its handler is asked to stop.' : 'It does not run.', yes: 'Cancel it', danger: true }, 'cancel', 'The message is cancelled, or asked to stop.'), { class: 'quiet' }),
      treeLives && button('Cancel all', asked({ title: 'Cancel all that was stored together?', text: 'None of them runs; what runs is asked to stop.', yes: 'Cancel all', danger: true }, 'cancel-tree', 'All of them are cancelled, or asked to stop.'), { class: 'quiet' }),
      state !== 'RUNNING' && button('Delete', async () => {
        if (!await confirm({ title: 'Delete this message?', text: 'It is gone for good.', yes: 'Delete', danger: true })) return;
        try {
          await post(['messages', id], { operation: 'delete' });
          notice('The message is deleted.');
          location.hash = '#/messages';
        } catch (error) {
          notice(error.message, true);
        }
      }, { class: 'quiet danger' }),
    ].filter(Boolean);
  }

  function showBodies(message) {
    shownBody.hidden = !message.payload && !message.result;
    const ask = (name) => button(`Show the ${name}`, async () => {
      try {
        const answer = await get(['messages', id], { [name]: 'true' });
        notices[name].replaceChildren(body(name, answer[name]));
      } catch (error) {
        notice(error.message, true);
      }
    }, { class: 'small quiet' });
    const notices = { payload: h('div'), result: h('div') };
    shownBody.replaceChildren(h('h3', {}, 'Payload and result'),
      ...['payload', 'result'].filter((name) => message[name]).map((name) => h('div', { class: 'body' }, ask(name), h('small', {}, ` ${bytes(message[name].size)}`), notices[name])));
  }

  function draw(message) {
    const open = new Set([...left.querySelectorAll('details[open]')].map((details) => details.dataset.keep));
    head.replaceChildren(h('div', {}, link('Messages', 'messages'), h('h2', {}, message.id, ' ', pill(message.state.toLowerCase(), message.state)), h('p', {}, message.task, h('small', {}, ` in ${message.queue}`))),
      h('div', { class: 'actions' }, actions(message)));
    left.replaceChildren(drawExplanation(message), drawTimeline(message));
    right.replaceChildren(...[drawFacts(message, key), drawTree(message), shownBody].filter(Boolean));
    for (const details of left.querySelectorAll('details')) details.open = open.has(details.dataset.keep);
  }

  const view = {
    title: id,
    element: h('div', { class: 'message' }, head, gone, cards),
    async refresh() {
      let message;
      try {
        message = await get(['messages', id]);
      } catch (error) {
        if (error.status !== 404 && error.status !== 400) throw error;
        head.replaceChildren(link('Messages', 'messages'));
        gone.replaceChildren(empty(seen ? 'The message is gone' : 'No such message', error.message));
        gone.hidden = false;
        cards.hidden = true;
        return;
      }
      paused = message.orderingKey || message.concurrencyKey ? (await get(['keys'])).keys : {};
      gone.hidden = true;
      cards.hidden = false;
      if (!seen) showBodies(message);
      else if (Boolean(seen.result) !== Boolean(message.result)) showBodies(message);
      seen = message;
      const mark = JSON.stringify([message, paused[message.orderingKey], paused[message.concurrencyKey], Math.floor(history.now / 10000)]);
      if (mark === drawn) return;
      drawn = mark;
      // Whoever is at a button stays there.
      const focused = head.contains(document.activeElement) || cards.contains(document.activeElement) ? document.activeElement.textContent : null;
      draw(message);
      if (focused) [...view.element.querySelectorAll('button, a, summary')].find((node) => node.textContent === focused)?.focus({ preventScroll: true });
    },
  };
  return view;
}
