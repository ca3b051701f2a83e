// When messages come by themselves.

import { button, confirm, empty, h, link, notice, pill, table } from './elements.js';
import { get, history, post } from './server.js';
import { ago, number } from './words.js';

const MOST = 50;

export function schedules(page) {
  const slots = new Map();
  const operate = async (name, operation, done) => {
    try {
      const answer = await post(['schedules', name], { operation });
      notice(typeof done === 'function' ? done(answer) : done);
    } catch (error) {
      notice(error.message, true);
    }
    await view.refresh();
  };
  const actions = (one) => page.writable ? [
    button('Run now', async () => {
      if (await confirm({ title: `Run ${one.name} now?`, text: 'A message is enqueued, beside those of its times.', yes: 'Run now' })) await operate(one.name, 'run', (message) => `Message ${message.id} is enqueued.`);
    }, { class: 'small quiet', 'aria-label': `Run schedule ${one.name} now` }), ' ',
    one.state === 'PAUSED' ? button('Resume', () => operate(one.name, 'resume', `Schedule ${one.name} goes on.`), { class: 'small', 'aria-label': `Resume schedule ${one.name}` })
      : one.state === 'ACTIVE' ? button('Pause', async () => {
        if (await confirm({ title: `Pause schedule ${one.name}?`, text: 'It gives no messages until somebody resumes it.', yes: 'Pause' })) await operate(one.name, 'pause', `Schedule ${one.name} is paused.`);
      }, { class: 'small quiet', 'aria-label': `Pause schedule ${one.name}` }) : '',
  ] : null;
  const kinds = { ACTIVE: 'done', PAUSED: 'retry' };
  const list = table('Schedules', [
    { title: 'Schedule', kind: 'name', mark: (one) => [one.when, one.state], cell: (one) => [h('span', {}, one.name), h('small', {}, one.when || 'cannot be read here'), pill(one.state.toLowerCase(), kinds[one.state] || 'quiet')] },
    { title: 'Task', cell: (one) => one.task || '–' },
    { title: 'Next', kind: 'wide', mark: (one) => [one.state, slots.get(one.name)?.words], cell: (one) => {
      const words = slots.get(one.name)?.words;
      return one.state === 'PAUSED' ? 'none while it is paused' : words && words.length ? h('ol', { class: 'slots' }, words.map((word) => h('li', {}, word))) : '–';
    } },
    { title: 'Latest', mark: (one) => [one.latestMessage, one.latestSlot && ago(one.latestSlot, history.now)], cell: (one) => one.latestSlot ? [h('span', {}, ago(one.latestSlot, history.now)), ' ', one.latestMessage ? link('message', 'messages', one.latestMessage) : ''] : '–' },
    { title: 'Fired', number: true, cell: (one) => number(one.fired) },
    { title: 'Left out', number: true, cell: (one) => number(one.skipped + one.missed) },
    { title: '', kind: 'action', mark: (one) => one.state, cell: actions },
  ], (one) => one.name);
  const nothing = empty('No schedules', 'A method with @QueueSchedule gives one, ScheduleOperations.create another.');

  /** The words of a schedule stay the same until it has fired. */
  async function ask(one) {
    const known = slots.get(one.name);
    if (known && known.next === one.nextSlot && known.when === one.when && history.now - known.at < 60000) return;
    slots.set(one.name, { next: one.nextSlot, when: one.when, at: history.now, words: known ? known.words : [] });
    slots.get(one.name).words = (await get(['schedules', one.name])).nextSlots || [];
  }

  const view = {
    title: 'Schedules',
    element: h('section', {}, h('h2', {}, 'Schedules'), nothing, list.element),
    async refresh() {
      const items = Object.values((await get(['schedules'])).schedules);
      for (const one of items.slice(0, MOST)) if (one.state !== 'PAUSED') await ask(one);
      nothing.hidden = items.length > 0;
      list.element.hidden = items.length === 0;
      list.show(items);
    },
  };
  return view;
}
