// Lines over the last hour.

import { h, svg, write } from './elements.js';
import { clock } from './words.js';

const WIDTH = 720;
const HEIGHT = 150;
const MINUTE = 60000;

function top(highest) {
  if (highest <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(highest));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((step) => step >= highest * 1.02) || highest;
}

/** So many minutes are drawn: an hour, or as few as there are points for. */
function minutes(points, now) {
  const all = points.length ? (now - points[0].at) / MINUTE : 0;
  return [10, 20, 30, 45].find((few) => all <= few) || 60;
}

/**
 * A chart: { title, note, format: (number) => text, series: [{ name, kind, value: (point) => number or null }] }.
 * Its show takes points in order, the time now in milliseconds, and the latest numbers as they are now.
 */
export function chart({ title, note, format, series }) {
  const legend = series.map((one) => h('b', {}, '–'));
  const lines = series.map((one, index) => [
    svg('path', { class: `area ${one.kind}`, hidden: index > 0 || one.flat }), svg('path', { class: `line ${one.kind}` })]);
  const cursor = svg('line', { class: 'cursor', y1: 0, y2: HEIGHT, visibility: 'hidden' });
  const picture = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    [0, 0.5, 1].map((part) => svg('line', { class: 'grid', x1: 0, x2: WIDTH, y1: part * HEIGHT, y2: part * HEIGHT })),
    lines.flat(), cursor);
  const high = h('span', { class: 'high' });
  const middle = h('span', { class: 'middle' });
  const begin = h('span');
  const told = h('output', { class: 'told' });
  const plot = h('div', { class: 'plot', tabindex: '0', role: 'img' }, picture, high, middle);
  const element = h('figure', { class: 'chart' },
    h('figcaption', {}, h('h3', {}, title, note && h('small', {}, ` ${note}`)),
      h('span', { class: 'legend' }, series.map((one, index) => h('span', { class: one.kind }, h('i', { class: one.kind }), one.name, ' ', legend[index])))),
    plot, h('div', { class: 'axis', 'aria-hidden': 'true' }, begin, told, h('span', {}, 'now')));
  let points = [];
  let now = Date.now();
  let at = null;
  let span = 60;

  const x = (point) => WIDTH * (1 - (now - point.at) / (span * MINUTE));

  function paths(one, most) {
    let line = '';
    let area = '';
    let begin = null;
    let before = null;
    const end = () => {
      if (begin !== null) area += `L${before.x} ${HEIGHT}L${begin} ${HEIGHT}Z`;
      begin = null;
    };
    for (const point of points) {
      const value = one.value(point);
      if (value === null || value === undefined || (before && point.at - before.at > 30000)) end();
      if (value === null || value === undefined) continue;
      const place = { x: x(point).toFixed(1), y: (HEIGHT * (1 - value / most)).toFixed(1), at: point.at };
      // A point that stands alone is a dot.
      line += begin === null ? `M${place.x} ${place.y}h.01` : `L${place.x} ${place.y}`;
      area += `${begin === null ? 'M' : 'L'}${place.x} ${place.y}`;
      if (begin === null) begin = place.x;
      before = place;
    }
    end();
    return [area, line];
  }

  function tell() {
    const point = at === null ? null : points[at];
    cursor.setAttribute('visibility', point ? 'visible' : 'hidden');
    if (!point) {
      write(told, points.length ? '' : 'The first point comes within ten seconds');
      return;
    }
    cursor.setAttribute('x1', x(point));
    cursor.setAttribute('x2', x(point));
    write(told, `${clock(point.at)} · ${series.map((one) => {
      const value = one.value(point);
      return `${one.name} ${value === null || value === undefined ? '–' : format(value)}`;
    }).join(' · ')}`);
  }

  function nearest(share) {
    let best = null;
    points.forEach((point, index) => {
      if (best === null || Math.abs(x(point) - share * WIDTH) < Math.abs(x(points[best]) - share * WIDTH)) best = index;
    });
    return best;
  }

  plot.addEventListener('pointermove', (event) => {
    const box = picture.getBoundingClientRect();
    at = nearest((event.clientX - box.left) / box.width);
    tell();
  });
  const leave = () => {
    at = null;
    tell();
  };
  plot.addEventListener('pointerleave', leave);
  plot.addEventListener('blur', leave);
  plot.addEventListener('keydown', (event) => {
    if (!points.length || !['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) return;
    event.preventDefault();
    const last = points.length - 1;
    if (event.key === 'Home') at = 0;
    else if (event.key === 'End' || at === null) at = last;
    else at = Math.max(0, Math.min(last, at + (event.key === 'ArrowLeft' ? -1 : 1)));
    tell();
  });

  return {
    element,
    show(all, time, latest) {
      points = all;
      now = time;
      span = minutes(points, now);
      write(begin, `${span} min ago`);
      const values = series.flatMap((one) => points.map(one.value)).filter((value) => value !== null && value !== undefined);
      const highest = values.length ? Math.max(...values) : 0;
      const most = top(highest);
      write(high, format(most));
      write(middle, format(most / 2));
      series.forEach((one, index) => {
        const [area, line] = paths(one, most);
        lines[index][0].setAttribute('d', area);
        lines[index][1].setAttribute('d', line);
        write(legend[index], latest[index] === null || latest[index] === undefined ? '–' : format(latest[index]));
      });
      plot.setAttribute('aria-label', `${title}, the last ${span} minutes: ${series.map((one, index) =>
        `${one.name} ${legend[index].textContent} now`).join(', ')}; highest ${format(highest)}. Arrow keys move along it.`);
      if (at !== null && at >= points.length) at = null;
      tell();
    },
  };
}

/** A small line without axes. */
export function spark(values, label) {
  const most = Math.max(...values, 0) || 1;
  const step = 120 / Math.max(1, values.length - 1);
  const line = values.map((value, index) => `${index ? 'L' : 'M'}${(index * step).toFixed(1)} ${(26 * (1 - value / most) + 1).toFixed(1)}`).join('');
  return svg('svg', { class: 'spark', viewBox: '0 0 120 28', preserveAspectRatio: 'none', role: 'img', 'aria-label': label }, svg('path', { class: 'line done', d: line }));
}
