// What happens now, and in the last hour.

import { chart } from './chart.js';
import { empty, h, link, pill, table, write } from './elements.js';
import { get, history } from './server.js';
import { duration, millis, number, plural, rate, short } from './words.js';

const sum = (point, what) => Object.values(point.tasks).reduce((total, task) => total + task[what], 0);
const perSecond = (what) => (point) => point.seconds > 0 ? sum(point, what) / point.seconds : null;
const perMinute = (what) => (point) => point.seconds > 0 ? 60 * sum(point, what) / point.seconds : null;

/** Queues of a pool share its workers. */
const mostHandlers = (lanes) => {
  const pools = new Map(lanes.filter((lane) => lane.pool).map((lane) => [lane.pool.name, lane.pool.concurrency]));
  return [...lanes.filter((lane) => !lane.pool).map((lane) => lane.concurrency), ...pools.values()].reduce((total, most) => total + most, 0);
};

/** The latest point and what came since, as one: a rate of the last ten to twenty seconds. */
export function lately() {
  const last = history.points[history.points.length - 1];
  const current = history.current;
  if (!current) return null;
  if (!last || history.now - last.at > 30000) return current;
  const tasks = { ...last.tasks };
  for (const [name, task] of Object.entries(current.tasks)) {
    const before = tasks[name] || { enqueued: 0, completed: 0, retried: 0, dead: 0, duration: 0 };
    tasks[name] = {
      enqueued: before.enqueued + task.enqueued, completed: before.completed + task.completed,
      retried: before.retried + task.retried, dead: before.dead + task.dead, duration: task.duration || before.duration,
    };
  }
  return { ...current, seconds: last.seconds + current.seconds, tasks, median: current.median ?? last.median, slowest: current.slowest ?? last.slowest };
}

function tile(name, kind, target) {
  const value = h('b', { class: `value ${kind || ''}` }, '–');
  const note = h('span', { class: 'note' });
  const element = h(target ? 'a' : 'div', { class: 'tile', href: target }, h('span', { class: 'name' }, name), value, note);
  return { element, show: (text, more) => { write(value, text); write(note, more || ''); value.classList.toggle('zero', text === '0'); } };
}

export function overview() {
  const tiles = {
    waiting: tile('Waiting', 'waiting', '#/messages?state=READY'), running: tile('Running', 'running', '#/messages?state=RUNNING'),
    scheduled: tile('Later', '', '#/messages?state=SCHEDULED'), done: tile('Completed', 'done', '#/tasks'), dead: tile('Dead', 'failed', '#/failures'),
  };
  const charts = [
    [chart({ title: 'Throughput', note: 'of all processes', format: rate, series: [
      { name: 'completed', kind: 'done', value: perSecond('completed') }, { name: 'enqueued', kind: 'waiting', value: perSecond('enqueued') }] }),
    (latest) => [perSecond('completed')(latest), perSecond('enqueued')(latest)]],
    [chart({ title: 'Start delay', note: 'from due to started, of this process', format: millis, series: [
      { name: 'median', kind: 'running', value: (point) => point.median }, { name: '99 of 100', kind: 'quiet', value: (point) => point.slowest }] }),
    (latest) => [latest.median, latest.slowest]],
    [chart({ title: 'Depth', note: 'of all queues', format: short, series: [
      { name: 'waiting', kind: 'waiting', value: (point) => point.waiting }, { name: 'running', kind: 'running', value: (point) => point.running }] }),
    (latest, report) => [report.states.READY, report.states.RUNNING]],
    [chart({ title: 'Failures', note: 'of all processes', format: (value) => `${short(value)}/min`, series: [
      { name: 'dead', kind: 'failed', value: perMinute('dead') }, { name: 'retried', kind: 'retry', value: perMinute('retried') }] }),
    (latest) => [perMinute('dead')(latest), perMinute('retried')(latest)]],
  ];
  const problems = h('ul', { class: 'problems', 'aria-label': 'Problems' });
  const nothing = empty('The queue is empty', 'Messages show here as soon as the application hands one in.');
  const queues = table('Queues', [
    { title: 'Queue', mark: (queue) => queue.name, cell: (queue) => link(queue.name, 'queues') },
    { title: '', mark: (queue) => [queue.paused, !queue.lane], cell: (queue) => queue.paused ? pill('paused', 'retry') : !queue.lane ? pill('not served here', 'quiet') : null },
    { title: 'Waiting', number: true, cell: (queue) => number(queue.states.READY) },
    { title: 'Oldest', number: true, cell: (queue) => queue.oldestReadyAge ? millis(duration(queue.oldestReadyAge)) : '–' },
    { title: 'Later', number: true, cell: (queue) => number(queue.states.SCHEDULED) },
    { title: 'Running', number: true, cell: (queue) => number(queue.states.RUNNING) },
    { title: 'Dead', number: true, cell: (queue) => number(queue.states.DEAD) },
  ], (queue) => queue.name);
  const section = h('section', {}, h('h2', {}, 'Queues'), queues.element);
  const element = h('div', {}, h('h2', { class: 'unseen' }, 'Overview'), problems,
    h('section', { class: 'tiles', 'aria-label': 'Messages by state' }, Object.values(tiles).map((one) => one.element)),
    nothing, h('section', { class: 'charts', 'aria-label': 'The last hour' }, charts.map(([one]) => one.element)), section);
  let shown = '';

  function showProblems(report) {
    const found = [];
    if (!report.workersRunning) found.push('The workers of this process are stopped: it takes messages and runs none.');
    for (const shard of report.shards) if (!shard.accepting) found.push(`${shard.file} takes no new messages: ${shard.reason || 'unknown why'}`);
    if (report.unserved.tasks.length) found.push(`Messages wait for tasks that this process does not have: ${report.unserved.tasks.slice(0, 5).join(', ')}${report.unserved.tasks.length > 5 ? ', …' : ''}`);
    const paused = Object.values(report.queues).filter((queue) => queue.paused).map((queue) => queue.name);
    if (paused.length) found.push(`${plural(paused.length, 'queue is', 'queues are')} paused: ${paused.slice(0, 5).join(', ')}`);
    if (shown === found.join()) return;
    shown = found.join();
    problems.replaceChildren(...found.map((text) => h('li', {}, text)));
  }

  return {
    title: 'Overview',
    element,
    async refresh() {
      const report = await get(['queue']);
      const latest = lately();
      const all = Object.values(report.queues);
      const oldest = all.filter((queue) => queue.oldestReadyAge).map((queue) => duration(queue.oldestReadyAge));
      showProblems(report);
      tiles.waiting.show(number(report.states.READY), oldest.length ? `the oldest for ${millis(Math.max(...oldest))}` : 'nothing waits');
      const lanes = all.filter((queue) => queue.lane);
      const here = lanes.reduce((total, queue) => total + queue.lane.running, 0);
      tiles.running.show(number(report.states.RUNNING), `${number(here)} of ${number(mostHandlers(lanes.map((queue) => queue.lane)))} handlers here`);
      tiles.scheduled.show(number(report.states.SCHEDULED), 'scheduled or to be retried');
      tiles.done.show(number(report.states.COMPLETED), latest ? `kept; ${rate(perSecond('completed')(latest) || 0)} now` : '');
      tiles.dead.show(number(report.states.DEAD), report.states.DEAD ? 'need a person' : 'none');
      nothing.hidden = Object.values(report.states).some((count) => count > 0);
      for (const [one, now] of charts) one.show(history.points, history.now, latest ? now(latest, report) : []);
      section.hidden = all.length === 0;
      queues.show(all);
    },
  };
}
