// Who uses the files, and how these are.

import { h, pill, table } from './elements.js';
import { get, history } from './server.js';
import { ago, bytes, duration, millis, number, time } from './words.js';

export function processes() {
  const live = table('Processes', [
    { title: 'Process', kind: 'name', mark: (one) => one.self, cell: (one) => [h('span', {}, one.name), ' ', one.self ? pill('this one', 'done') : ''] },
    { title: 'Started', kind: 'when', mark: (one) => [one.startedAt, ago(one.startedAt, history.now)], cell: (one) => `${time(one.startedAt)} · ${ago(one.startedAt, history.now)}` },
    { title: 'Start', number: true, cell: (one) => number(one.epoch) },
    { title: 'Latest sign of life', number: true, cell: (one) => `${millis(Math.floor(duration(one.beatAge) / 1000) * 1000)} ago` },
  ], (one) => one.epoch);
  const shards = table('Shards', [
    { title: 'File', kind: 'name', cell: (shard) => shard.file },
    { title: 'Status', mark: (shard) => [shard.accepting, shard.reason], cell: (shard) => shard.accepting ? pill('takes messages', 'done') : [pill('takes none', 'failed'), h('small', {}, shard.reason || '')] },
    { title: 'Being stored', number: true, cell: (shard) => number(shard.pending) },
    { title: 'Size', number: true, cell: (shard) => bytes(shard.fileSize) },
    { title: 'Log', number: true, cell: (shard) => bytes(shard.walSize) },
    { title: 'Free on the disk', number: true, cell: (shard) => shard.diskFree === undefined ? '–' : bytes(shard.diskFree) },
  ], (shard) => shard.shard);
  const audit = table('Done by hand', [
    { title: 'What', kind: 'name', cell: (entry) => `${entry.action} ${entry.target}` },
    { title: 'Who', cell: (entry) => entry.actor || 'unknown' },
    { title: 'When', kind: 'when', mark: (entry) => [entry.at, ago(entry.at, history.now)], cell: (entry) => `${time(entry.at)} · ${ago(entry.at, history.now)}` },
    { title: 'Outcome', mark: (entry) => entry.outcome, cell: (entry) => pill(entry.outcome.toLowerCase(), { DONE: 'done', FAILED: 'failed' }[entry.outcome] || 'retry') },
    { title: '', cell: (entry) => entry.detail || '' },
  ], (entry) => `${entry.at} ${entry.action} ${entry.target}`);
  const directory = h('small');
  const section = (title, list, more) => h('section', {}, h('h2', {}, title, more), list.element);
  const audited = section('Done by hand', audit);
  return {
    title: 'Processes',
    element: h('div', {}, section('Processes', live), section('Shards', shards, directory), audited),
    async refresh() {
      const [report, entries] = await Promise.all([get(['queue']), get(['audit'], { limit: 20 })]);
      directory.textContent = ` ${report.directory}`;
      live.show(report.instances);
      shards.show(report.shards);
      audited.hidden = entries.entries.length === 0;
      audit.show(entries.entries);
    },
  };
}
