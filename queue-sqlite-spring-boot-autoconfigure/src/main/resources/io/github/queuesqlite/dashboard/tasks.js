// What each task does: the last hour of it, and its handler.

import { spark } from './chart.js';
import { empty, h, table } from './elements.js';
import { lately } from './overview.js';
import { pauseAndResume, pausedPill } from './queues.js';
import { get, history } from './server.js';
import { millis, number, rate } from './words.js';

const BARS = 60;

/** Completed runs of the last hour, minute by minute. */
function hour(name) {
  const values = new Array(BARS).fill(0);
  for (const point of history.points.concat(history.current || [])) {
    const task = point.tasks[name];
    const at = BARS - 1 - Math.floor((history.now - point.at) / 60000);
    if (task && at >= 0 && at < BARS) values[at] += task.completed;
  }
  return values;
}

function handler(task) {
  const one = task.handler;
  if (!one) return 'no handler here';
  return [one.timeout && `timeout ${one.timeout.slice(2).toLowerCase()}`, one.maxConcurrent && `${one.maxConcurrent} at once`,
    one.rateLimit && `rate ${one.rateLimit}`, one.lock && `lock ${one.lock}`, one.batchSize && `batches of ${one.batchSize}`].filter(Boolean).join(', ') || (one.method.includes('$$Lambda') ? '' : one.method);
}

export function tasks(page) {
  let view = null;
  const actions = pauseAndResume('tasks', 'Task', page, () => view.refresh());
  const total = (name, what) => history.points.concat(history.current || []).reduce((sum, point) => sum + (point.tasks[name] ? point.tasks[name][what] : 0), 0);
  const list = table('Tasks', [
    { title: 'Task', kind: 'name', mark: (task) => [task.paused, task.pausedUntil, task.hosted], cell: (task) => [h('span', {}, task.name), ' ', pausedPill(task), h('small', {}, handler(task))].filter(Boolean) },
    { title: 'Last hour', mark: (task) => hour(task.name), cell: (task) => spark(hour(task.name), `${number(total(task.name, 'completed'))} completed in the last hour`) },
    { title: 'Now', number: true, cell: (task) => { const now = lately(); const one = now && now.tasks[task.name]; return one && now.seconds ? rate(one.completed / now.seconds) : '–'; } },
    { title: 'Completed', number: true, cell: (task) => number(total(task.name, 'completed')) },
    { title: 'Retried', number: true, cell: (task) => number(total(task.name, 'retried')) },
    { title: 'Died', number: true, cell: (task) => number(total(task.name, 'dead')) },
    { title: 'Takes here', number: true, cell: (task) => { const one = history.points.concat(history.current || []).map((point) => point.tasks[task.name]).filter((point) => point && point.duration).pop(); return one ? millis(one.duration) : '–'; } },
    { title: 'Waiting', number: true, cell: (task) => number(task.states.READY) },
    { title: 'Running', number: true, cell: (task) => number(task.states.RUNNING) },
    { title: '', kind: 'action', mark: (task) => [task.paused], cell: actions },
  ], (task) => task.name);
  const nothing = empty('No tasks yet', 'A task shows as soon as a bean of the application handles it or a message waits for it.');
  view = {
    title: 'Tasks',
    element: h('section', {}, h('h2', {}, 'Tasks', h('small', {}, ' the last hour, in all processes')), nothing, list.element),
    async refresh() {
      const items = Object.values((await get(['tasks'])).tasks);
      nothing.hidden = items.length > 0;
      list.element.hidden = items.length === 0;
      list.show(items);
    },
  };
  return view;
}
