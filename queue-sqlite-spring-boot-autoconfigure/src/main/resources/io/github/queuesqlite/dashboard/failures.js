// Why messages died, those that died of the same together.

import { button, confirm, empty, h, link, notice, write } from './elements.js';
import { get, history, post } from './server.js';
import { ago, plural, time, timeOf } from './words.js';

export function failures(page) {
  const nothing = empty('No dead messages', 'What ends dead shows here, those that died of the same together.');
  const list = h('ul', { class: 'groups' });
  const note = h('small');
  const retrying = new Set();
  let complete = true;
  let drawn = '';

  const again = (count) => `${plural(count, 'message')} ${count === 1 ? 'runs' : 'run'} again`;

  /** In steps, until none of its kind is left. */
  async function retryAll(group) {
    let count = 0;
    let after;
    do {
      const answer = await post(['failures', group.fingerprint], { operation: 'retry', ...(after ? { after } : {}) });
      count += answer.messages;
      after = answer.next;
      if (after) notice(`${again(count)} so far, looked back to ${time(timeOf(after))} …`);
    } while (after && view.element.isConnected);
    notice(after ? `${again(count)}. You left the page: there may be more.` : `${again(count)}.`);
  }

  const retry = (group) => async () => {
    const text = complete ? `${plural(group.messages, 'message')} of task ${group.task} ${group.messages === 1 ? 'runs' : 'run'} again, from the first attempt.`
      : `All messages of task ${group.task} that died of this run again, from the first attempt: also those that are older than the latest dead messages, which are counted here. Stay on this page until it is done.`;
    const title = !complete ? 'Retry all of this kind?' : group.messages === 1 ? 'Retry it?' : `Retry all ${group.messages}?`;
    if (retrying.has(group.fingerprint) || !await confirm({ title, text, yes: 'Retry all' })) return;
    retrying.add(group.fingerprint);
    try {
      await retryAll(group);
    } catch (error) {
      notice(error.message, true);
    }
    retrying.delete(group.fingerprint);
    await view.refresh();
  };

  const card = (group) => h('li', { class: 'card group' },
    h('div', { class: 'count' }, h('b', {}, group.messages), h('small', {}, group.messages === 1 ? 'message' : 'messages')),
    h('div', { class: 'what' }, h('h3', {}, group.task), h('p', { class: 'type', title: group.type }, group.type.split('.').pop() || 'unknown'), group.message && h('p', { class: 'reason' }, group.message),
      h('p', { class: 'quiet' }, `The latest ${ago(group.latest, history.now)}${group.messages > 1 ? `, the first at ${time(group.first)}` : ''} · `, group.examples.map((id) => [link(id, 'messages', id), ' ']))),
    page.writable && button('Retry all', retry(group), { class: 'small', 'aria-label': `Retry all of ${group.task}: ${group.type.split('.').pop()}` }));

  const view = {
    title: 'Failures',
    element: h('section', {}, h('h2', {}, 'Failures', note), nothing, list),
    async refresh() {
      const answer = await get(['failures']);
      complete = answer.complete;
      write(note, answer.messages ? ` ${answer.complete ? plural(answer.messages, 'dead message') : `of the latest ${plural(answer.messages, 'dead message')}`}` : '');
      nothing.hidden = answer.groups.length > 0;
      const mark = JSON.stringify([answer, Math.floor(history.now / 10000)]);
      if (mark === drawn) return;
      drawn = mark;
      const at = [...list.querySelectorAll('button')].indexOf(document.activeElement);
      list.replaceChildren(...answer.groups.map(card));
      if (at >= 0) list.querySelectorAll('button')[at]?.focus({ preventScroll: true });
    },
  };
  return view;
}
