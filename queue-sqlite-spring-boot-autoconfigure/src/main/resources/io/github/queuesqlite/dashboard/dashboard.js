// Which part is shown, and when it is looked at again.

import { h, plain, write } from './elements.js';
import { failures as dead } from './failures.js';
import { limits } from './limits.js';
import { one } from './message.js';
import { list } from './messages.js';
import { overview } from './overview.js';
import { processes } from './processes.js';
import { queues } from './queues.js';
import { schedules } from './schedules.js';
import { history, page as ask } from './server.js';
import { tasks } from './tasks.js';
import { clock, millis } from './words.js';

const INTERVAL = 2000;
const LONGEST = 30000;

const PARTS = [
  { name: '', title: 'Overview', open: overview },
  { name: 'queues', title: 'Queues', open: queues },
  { name: 'tasks', title: 'Tasks', open: tasks },
  { name: 'messages', title: 'Messages', open: (page, parts, query) => parts.length ? one(page, parts[0]) : list(page, query) },
  { name: 'failures', title: 'Failures', open: dead },
  { name: 'schedules', title: 'Schedules', open: schedules },
  { name: 'limits', title: 'Limits', open: limits },
  { name: 'processes', title: 'Processes', open: processes },
];

const main = document.getElementById('main');
const live = document.getElementById('live');
const connection = document.getElementById('connection');
let page = null;
let view = null;
let timer = null;
let failures = 0;

function theme() {
  const button = document.getElementById('theme');
  const isDark = () => document.documentElement.dataset.theme === 'dark'
    || (!document.documentElement.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches);
  const draw = () => {
    write(button, isDark() ? '☀' : '☾');
    button.setAttribute('aria-label', isDark() ? 'Light colours' : 'Dark colours');
    button.title = isDark() ? 'Light colours' : 'Dark colours';
  };
  button.addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    try {
      localStorage.setItem('queue-dashboard-theme', document.documentElement.dataset.theme);
    } catch {
      // It holds as long as the page is open.
    }
    draw();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  draw();
}

function place() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  return { parts: path.split('/').filter(Boolean).map(decode), query: new URLSearchParams(query || '') };
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function navigate(focus) {
  const { parts, query } = place();
  const part = PARTS.find((one) => one.name === (parts[0] || '')) || PARTS[0];
  document.getElementById('nav').replaceChildren(...PARTS.map((one) =>
    h('a', { href: `#/${one.name}`, 'aria-current': one === part && 'page' }, one.title)));
  view = part.open(page, parts.slice(1), query);
  document.title = `${plain(view.title)} · ${plain(page.application)}`;
  main.replaceChildren(view.element);
  if (focus) main.focus({ preventScroll: true });
  scrollTo(0, 0);
  look();
}

/** Looks now, and again later: soon while all is well, ever later while nobody answers. */
async function look() {
  clearTimeout(timer);
  const looked = view;
  try {
    if (!page) {
      page = await ask();
      begin();
      return;
    }
    await history.refresh();
    if (view === looked) await view.refresh();
    answered();
  } catch (error) {
    if (view !== looked) return;
    failed(error);
  }
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(look, pause());
}

const pause = () => failures === 0 ? INTERVAL : Math.min(LONGEST, 1000 * 2 ** Math.min(failures - 1, 6)) * (0.8 + 0.4 * Math.random());

function answered() {
  const wasAway = failures > 0;
  failures = 0;
  live.className = 'live on';
  live.title = `Looked at ${clock(history.now)}`;
  if (live.textContent !== 'Live') write(live, 'Live');
  const { another } = history;
  history.another = false;
  if (another && wasAway) {
    say(`The application was started anew at ${clock(Date.now())}. The last hour begins there.`, 'good');
    setTimeout(() => { if (failures === 0) connection.hidden = true; }, 8000);
  } else if (connection.dataset.kind === 'bad') {
    connection.hidden = true;
    connection.dataset.kind = '';
  }
}

function failed(error) {
  failures++;
  live.className = 'live off';
  if (live.textContent !== 'Not live') write(live, 'Not live');
  const away = error.status === 0 || error.status === undefined;
  say(away ? `${error.message}. What you see is from ${history.current ? clock(history.now) : 'before'}; trying again, at the latest every ${millis(LONGEST)}.` : error.message, 'bad');
}

function say(text, kind) {
  connection.dataset.kind = kind;
  connection.hidden = false;
  if (connection.textContent !== plain(text)) write(connection, text);
}

function begin() {
  write(document.getElementById('application'), page.application);
  write(document.getElementById('who'), `Queue${page.user ? ` · ${page.user}` : ''}${page.writable ? '' : ' · read-only'}`);
  navigate(false);
}

document.getElementById('skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener('hashchange', () => { if (page) navigate(true); });
document.addEventListener('visibilitychange', () => { if (!document.hidden) look(); });
theme();
look();
