// What holds messages back: limits, rates, and keys that are paused.

import { button, confirm, empty, h, notice, pill, table } from './elements.js';
import { pauseAndResume, pausedPill } from './queues.js';
import { get, post } from './server.js';
import { duration, millis, number } from './words.js';

const KINDS = [
  ['rate:keys:', 'begin in a time, of each key'], ['rate:queue:', 'begin in a time, of this queue'], ['rate:task:', 'begin in a time, of this task'],
  ['keys:', 'at once, of each key'], ['task:', 'at once, of this task'], ['lock:', 'at once, of all with this lock'],
];

const kindOf = (limit) => (KINDS.find(([prefix]) => limit.name.startsWith(prefix)) || [null, ''])[1];
const changeable = (limit) => /^(task|keys|rate):/.test(limit.name);
const inTime = (limit) => limit.period ? ` in ${millis(duration(limit.period))}` : '';

export function limits(page) {
  let view = null;
  const operate = async (kind, name, body, done) => {
    try {
      await post([kind], { name, ...body });
      notice(done);
    } catch (error) {
      notice(error.message, true);
    }
    await view.refresh();
  };
  const actions = (limit) => page.writable && changeable(limit) ? [
    button('Change', async () => {
      const answer = await confirm({
        title: `Change ${limit.name}?`, text: `It is ${number(limit.most)}${inTime(limit)}. What you say holds from now on, in all processes and after their restarts. What runs goes on.`, yes: 'Change',
        fields: [{ name: 'most', label: `How many at most${inTime(limit)}`, placeholder: String(limit.most) }],
      });
      if (answer) await operate('limits', limit.name, { operation: answer.most }, `${limit.name} is changed.`);
    }, { class: 'small quiet', 'aria-label': `Change ${limit.name}` }),
    limit.most !== limit.declared && [' ', button('Reset', async () => {
      if (await confirm({ title: `Reset ${limit.name}?`, text: `It is ${number(limit.declared)}${inTime(limit)} again, as the code declares it.`, yes: 'Reset' })) await operate('limits', limit.name, { operation: 'reset' }, `${limit.name} is as declared.`);
    }, { class: 'small', 'aria-label': `Reset ${limit.name}` })],
  ].filter(Boolean) : null;
  const held = table('Limits and rates', [
    { title: 'Limit', kind: 'name', cell: (limit) => [h('span', {}, limit.name), h('small', {}, kindOf(limit))] },
    { title: 'Most', number: true, mark: (limit) => [limit.most, limit.declared, limit.period], cell: (limit) => [`${number(limit.most)}${inTime(limit)}`, limit.most !== limit.declared && [' ', pill('changed', 'retry')]].filter(Boolean) },
    { title: 'Declared', number: true, cell: (limit) => number(limit.declared) },
    { title: 'Taken', number: true, cell: (limit) => number(limit.held) },
    { title: 'Processes that want more', number: true, cell: (limit) => number(limit.waiting) },
    { title: '', kind: 'action', mark: (limit) => [limit.most, limit.declared], cell: actions },
  ], (limit) => limit.name);
  const keyActions = pauseAndResume('keys', 'Key', page, () => view.refresh());
  const keys = table('Paused keys', [
    { title: 'Key', kind: 'name', cell: (key) => key.name },
    { title: 'Status', mark: (key) => [key.paused, key.pausedUntil], cell: pausedPill },
    { title: '', kind: 'action', mark: (key) => [key.paused], cell: keyActions },
  ], (key) => key.name);
  const pause = page.writable && button('Pause a key', async () => {
    const answer = await confirm({
      title: 'Pause a key?', text: 'No more messages that have it as their ordering or concurrency key start, in any process. What runs goes on, what comes in waits.', yes: 'Pause',
      fields: [{ name: 'key', label: 'Which' }, { name: 'until', label: 'For how long? Empty: until somebody resumes it', placeholder: '10m, 2h, …' }],
    });
    if (!answer) return;
    if (!answer.key) notice('A key is missing: nothing is paused.', true);
    else await operate('keys', answer.key, { operation: 'pause', ...(answer.until ? { until: answer.until } : {}) }, `Key ${answer.key} is paused.`);
  }, { class: 'small quiet' });
  const noLimits = empty('No limits', 'A task with maxConcurrent, maxConcurrentPerKey, rateLimit or lock has one, a queue with a rate-limit too. It shows once a worker has needed it.');
  const noKeys = empty('No key is paused', 'Messages with one ordering or concurrency key can be held back together.');
  view = {
    title: 'Limits',
    element: h('div', {}, h('section', {}, h('h2', {}, 'Limits and rates'), noLimits, held.element),
      h('section', {}, h('h2', {}, 'Paused keys', pause && [' ', pause]), noKeys, keys.element)),
    async refresh() {
      const [limited, paused] = await Promise.all([get(['limits']), get(['keys'])]);
      const show = (list, nothing, items) => {
        nothing.hidden = items.length > 0;
        list.element.hidden = items.length === 0;
        list.show(items);
      };
      show(held, noLimits, Object.entries(limited.limits).map(([name, limit]) => ({ name, ...limit })));
      show(keys, noKeys, Object.values(paused.keys));
    },
  };
  return view;
}
