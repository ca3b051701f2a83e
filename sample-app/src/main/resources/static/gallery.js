'use strict';

const PAGE = 60;
const $ = (id) => document.getElementById(id);
const gallery = $('gallery');
const tiles = new Map();
let tab = 'all';
let shown = PAGE;
let overview = { done: 0, waiting: 0, running: 0, retrying: 0, failed: 0, imports: [], sheets: {} };

const number = (value) => value.toLocaleString('en');
const size = (bytes) => bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined && text !== null) node.textContent = text;
  return node;
}

async function call(path, options) {
  const response = await fetch(path, options);
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.detail || response.statusText);
  return body;
}

function notice(text, bad) {
  const box = $('notice');
  box.textContent = text;
  box.className = bad ? 'bad' : '';
  box.hidden = false;
  clearTimeout(notice.timer);
  notice.timer = setTimeout(() => { box.hidden = true; }, 6000);
}

// Several changes in a row cost one look; a look under way is followed by one more.
let looking = false;
let lookAgain = false;
async function refresh() {
  if (looking) {
    lookAgain = true;
    return;
  }
  looking = true;
  try {
    overview = await call('api/overview');
    drawOverview();
    drawGallery(await photos());
  } catch (error) {
    $('detail').textContent = `Out of reach: ${error.message}`;
  } finally {
    looking = false;
    if (lookAgain) {
      lookAgain = false;
      setTimeout(refresh, 400);
    }
  }
}

async function photos() {
  const wanted = (state) => tab === 'all' || tab === state;
  const list = async (state, limit) => wanted(state) ? call(`api/photos?state=${state}&limit=${limit}`) : [];
  const [active, failed, done] = await Promise.all([
    list('active', tab === 'all' ? 6 : PAGE), list('failed', PAGE), doneUpTo(wanted('done') ? shown : 0)]);
  $('more').hidden = !wanted('done') || done.length >= overview.done || done.length < shown;
  return [...active, ...failed, ...done];
}

async function doneUpTo(count) {
  const pages = [];
  for (let offset = 0; offset < count; offset += PAGE) {
    pages.push(call(`api/photos?state=done&offset=${offset}&limit=${PAGE}`));
  }
  return (await Promise.all(pages)).flat();
}

function drawOverview() {
  const active = overview.waiting + overview.running + overview.retrying;
  $('count-done').textContent = number(overview.done);
  $('count-active').textContent = number(active);
  $('count-failed').textContent = number(overview.failed);
  $('detail').textContent = active === 0 ? 'Nothing to do'
    : `${number(overview.running)} running · ${number(overview.waiting)} waiting · ${number(overview.retrying)} to retry`;
  $('imports').replaceChildren(...overview.imports.slice(0, 6).map(importCard));
}

function importCard(progress) {
  const ended = progress.done + progress.failed;
  const part = (count) => `${progress.total === 0 ? 0 : 100 * count / progress.total}%`;
  const card = element('article', 'import');
  const head = element('div', 'head');
  head.append(element('span', '', progress.importId.replace(/-[0-9a-f]{6}$/, '')),
    element('span', '', progress.total === 0 ? '100 %' : `${Math.floor(100 * ended / progress.total)} %`));
  const bar = element('div', 'bar');
  const ok = element('i', 'ok');
  ok.style.width = part(progress.done);
  const bad = element('i', 'bad');
  bad.style.width = part(progress.failed);
  bar.append(ok, bad);
  const path = element('div', 'path', progress.folder);
  path.title = progress.folder;
  const sheet = overview.sheets[progress.importId];
  const make = element('button', 'quiet', 'Contact sheet');
  make.addEventListener('click', () => makeSheet(progress.importId, make));
  const foot = element('div', 'head');
  foot.append(make);
  if (sheet) {
    const link = element('a', 'sheet', `${number(sheet.photos)} photos on one sheet`);
    link.href = `thumbnails/${sheet.file}`;
    foot.append(link);
  }
  const failed = progress.failed > 0 ? ` · ${number(progress.failed)} failed` : '';
  card.append(head, bar, element('div', 'sum', `${number(ended)} of ${number(progress.total)} photos${failed}`), path, foot);
  return card;
}

async function makeSheet(id, button) {
  button.disabled = true;
  try {
    const status = await call(`api/imports/${id}/sheet`, { method: 'POST' });
    notice(`A contact sheet of ${number(status.tiles)} photos is being made.`);
  } catch (error) {
    notice(error.message, true);
  }
  button.disabled = false;
}

function drawGallery(list) {
  const seen = new Set();
  const nodes = [];
  for (const status of list) {
    if (seen.has(status.id)) continue;
    seen.add(status.id);
    const state = JSON.stringify([status.state, status.attempt, status.reason]);
    let tile = tiles.get(status.id);
    if (!tile || tile.dataset.shown !== state) {
      tile = drawTile(status);
      tile.dataset.shown = state;
      tiles.set(status.id, tile);
    }
    nodes.push(tile);
  }
  for (const id of tiles.keys()) if (!seen.has(id)) tiles.delete(id);
  // Nodes that stay are not touched: moving them would restart their animation.
  nodes.forEach((node, index) => {
    if (gallery.children[index] !== node) gallery.insertBefore(node, gallery.children[index] || null);
  });
  while (gallery.children.length > nodes.length) gallery.lastChild.remove();
  $('empty').hidden = nodes.length > 0;
}

function drawTile(status) {
  if (status.state === 'done') return doneTile(status.photo, status.attempt);
  return ['dead', 'cancelled', 'expired'].includes(status.state) ? failedTile(status) : waitingTile(status);
}

function tile(kind, id, name) {
  const node = element('article', `tile ${kind}`);
  node.dataset.id = id;
  const text = element('div', 'text');
  const title = element('div', 'name', name);
  title.title = name;
  text.append(title);
  return { node, text };
}

function doneTile(photo, attempts) {
  const thumbnails = Object.values(photo.thumbnails);
  const { node, text } = tile(photo.format === 'PNG' || photo.format === 'GIF' ? 'done clear' : 'done', photo.id, photo.name);
  const frame = element('button', 'frame');
  frame.setAttribute('aria-label', `Show ${photo.name}`);
  const image = element('img');
  image.loading = 'lazy';
  image.alt = photo.caption;
  image.src = `thumbnails/${thumbnails[0]}`;
  if (Math.max(photo.width, photo.height) <= 64) image.className = 'pixels';
  else if (photo.format === 'PNG') image.className = 'contain';
  frame.append(image);
  if (attempts > 1) frame.append(element('span', 'badge retry', `attempt ${attempts}`));
  frame.addEventListener('click', () => show(photo));
  text.append(element('div', 'line', photo.caption),
    element('div', 'line', `${photo.width} × ${photo.height} · ${photo.format} · ${size(photo.bytes)}`));
  node.append(frame, text);
  return node;
}

function waitingTile(status) {
  const { node, text } = tile('waiting', status.id, status.name);
  const frame = element('div', 'frame');
  const retrying = status.state === 'scheduled';
  frame.append(element('span', retrying ? 'badge retry' : 'badge active', retrying ? 'waits for retry' : status.state));
  text.append(element('div', 'line', status.reason || 'In the queue'),
    element('div', 'line', `attempt ${Math.max(1, status.attempt)}${status.maxAttempts ? ` of ${status.maxAttempts}` : ''}`));
  node.append(frame, text);
  return node;
}

function failedTile(status) {
  const { node, text } = tile('failed', status.id, status.name);
  const frame = element('div', 'frame');
  frame.innerHTML = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 5h6l2 4-3 3 3 3-2 4H4zM14 5h6v14h-5l1-4-3-3 2-3z"/></svg>';
  frame.append(element('span', 'badge failed', status.state));
  const retry = element('button', 'again', 'Try again');
  retry.addEventListener('click', async () => {
    retry.disabled = true;
    try {
      await call(`api/photos/${status.id}/retry`, { method: 'POST' });
      notice(`${status.name} is back in the queue.`);
    } catch (error) {
      notice(error.message, true);
      retry.disabled = false;
    }
    tiles.delete(status.id);
    refresh();
  });
  text.append(element('p', 'reason', status.reason || 'No reason recorded'), retry);
  node.append(frame, text);
  return node;
}

function show(photo) {
  const thumbnails = Object.values(photo.thumbnails);
  const metadata = photo.metadata;
  const image = $('viewer-image');
  image.src = `thumbnails/${thumbnails[thumbnails.length - 1]}`;
  image.alt = photo.caption;
  image.className = Math.max(photo.width, photo.height) <= 64 ? 'pixels' : '';
  $('viewer-title').textContent = photo.name;
  $('viewer-caption').textContent = photo.caption;
  const facts = [
    ['Size', `${photo.width} × ${photo.height}, ${photo.format}, ${size(photo.bytes)}`],
    ['Camera', metadata.camera],
    ['Exposure', metadata.exposure],
    ['Taken', metadata.takenAt && metadata.takenAt.replace('T', ' ')],
    ['Place', metadata.latitude !== null && `${metadata.latitude.toFixed(4)}, ${metadata.longitude.toFixed(4)}`],
    ['Processed', `${new Date(photo.processedAt).toLocaleString()}, attempt ${photo.attempts}`],
    ['Photo', photo.id],
  ];
  $('viewer-facts').replaceChildren(...facts.filter(([, value]) => value).map(([name, value]) => {
    const entry = element('div');
    entry.append(element('dt', '', name), element('dd', '', value));
    return entry;
  }));
  $('viewer').showModal();
}

async function upload(files) {
  for (const file of files) {
    const form = new FormData();
    form.append('file', file);
    try {
      await call('api/photos', { method: 'POST', body: form });
      notice(`${file.name} is in the queue.`);
    } catch (error) {
      notice(`${file.name}: ${error.message}`, true);
    }
  }
  refresh();
}

$('import-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    await call('api/imports', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ folder: $('folder').value.trim() }),
    });
    notice('The folder is being imported.');
    $('folder').value = '';
  } catch (error) {
    notice(error.message, true);
  }
  refresh();
});

$('upload').addEventListener('change', (event) => {
  upload([...event.target.files]);
  event.target.value = '';
});
for (const type of ['dragover', 'dragleave', 'drop']) {
  $('drop').addEventListener(type, (event) => {
    event.preventDefault();
    $('drop').classList.toggle('over', type === 'dragover');
    if (type === 'drop') upload([...event.dataTransfer.files]);
  });
}

document.querySelector('.tabs').addEventListener('click', (event) => {
  const chosen = event.target.closest('[data-tab]');
  if (!chosen) return;
  tab = chosen.dataset.tab;
  shown = PAGE;
  document.querySelectorAll('[data-tab]').forEach((button) => button.setAttribute('aria-selected', String(button === chosen)));
  refresh();
});
$('more').addEventListener('click', () => {
  shown += PAGE;
  refresh();
});
$('viewer').addEventListener('click', (event) => {
  if (event.target === $('viewer') || event.target.closest('.close')) $('viewer').close();
});

// Events tell when to look; the slow clock is for the time without a connection.
const events = new EventSource('api/events');
events.addEventListener('progress', refresh);
events.addEventListener('sheet', refresh);
setInterval(refresh, 3000);
refresh();
