// The queues, and what steers them.

import { button, confirm, empty, h, link, notice, pill, table } from './elements.js';
import { get, post } from './server.js';
import { duration, millis, number, time } from './words.js';

export function pauseAndResume(kind, word, page, refresh) {
  const operate = async (name, operation, body, done) => {
    try {
      await post([kind], { name, operation, ...body });
      notice(done);
    } catch (error) {
      notice(error.message, true);
    }
    await refresh();
  };
  return (item) => {
    if (!page.writable) return null;
    if (item.paused) {
      return button('Resume', () => operate(item.name, 'resume', {}, `${word} ${item.name} goes on.`), { class: 'small', 'aria-label': `Resume ${word.toLowerCase()} ${item.name}` });
    }
    return button('Pause', async () => {
      const answer = await confirm({
        title: `Pause ${word.toLowerCase()} ${item.name}?`, text: 'No more of its messages start, in any process. What runs goes on, what comes in waits.', yes: 'Pause',
        fields: [{ name: 'until', label: 'For how long? Empty: until somebody resumes it', placeholder: '10m, 2h, …' }],
      });
      if (answer) await operate(item.name, 'pause', answer.until ? { until: answer.until } : {}, `${word} ${item.name} is paused.`);
    }, { class: 'small quiet', 'aria-label': `Pause ${word.toLowerCase()} ${item.name}` });
  };
}

const handlers = ({ running, concurrency, pool }) => `${number(running)} of ${number(concurrency)}${pool ? `, pool ${pool.name}: ${number(pool.running)} of ${number(pool.concurrency)}` : ''}`;

export const pausedPill = (item) => item.paused ? pill(item.pausedUntil ? `paused until ${time(item.pausedUntil)}` : 'paused', 'retry') : null;

export function queues(page) {
  let view = null;
  const actions = pauseAndResume('queues', 'Queue', page, () => view.refresh());
  const count = (state) => ({ mark: (queue) => [queue.name, queue.states[state]], cell: (queue) => queue.states[state] ? number(queue.states[state]) : '0' });
  const list = table('Queues', [
    { title: 'Queue', kind: 'name', cell: (queue) => queue.name },
    { title: 'Status', mark: (queue) => [queue.paused, queue.pausedUntil, !queue.lane], cell: (queue) => pausedPill(queue) || (queue.lane ? pill('served', 'done') : pill('not served here', 'quiet')) },
    { title: 'Waiting', number: true, ...count('READY') },
    { title: 'Oldest', number: true, cell: (queue) => queue.oldestReadyAge ? millis(duration(queue.oldestReadyAge)) : '–' },
    { title: 'Later', number: true, ...count('SCHEDULED') },
    { title: 'Running', number: true, ...count('RUNNING') },
    { title: 'Handlers here', number: true, cell: (queue) => queue.lane ? handlers(queue.lane) : '–' },
    { title: 'Completed', number: true, ...count('COMPLETED') },
    { title: 'Dead', number: true, ...count('DEAD') },
    { title: '', kind: 'action', mark: (queue) => [queue.paused], cell: actions },
  ], (queue) => queue.name);
  const nothing = empty('No queues yet', 'A queue shows as soon as a task declares it or a message is in it.');
  view = {
    title: 'Queues',
    element: h('section', {}, h('h2', {}, 'Queues'), nothing, list.element),
    async refresh() {
      const items = Object.values((await get(['queues'])).queues);
      nothing.hidden = items.length > 0;
      list.element.hidden = items.length === 0;
      list.show(items);
    },
  };
  return view;
}
