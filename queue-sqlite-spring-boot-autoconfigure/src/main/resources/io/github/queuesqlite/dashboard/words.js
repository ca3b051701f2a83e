// Numbers, times and sizes as people read them.

const NUMBERS = new Intl.NumberFormat('en');
const FEW = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const FEWER = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

export const number = (value) => NUMBERS.format(value);

export function short(value) {
  if (value >= 1e6) return `${FEW.format(value / 1e6)} M`;
  if (value >= 1e4) return `${FEW.format(value / 1e3)} k`;
  return value >= 100 ? NUMBERS.format(Math.round(value)) : value >= 10 ? FEW.format(value) : FEWER.format(value);
}

export const rate = (perSecond) => `${short(perSecond)}/s`;

export function bytes(value) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : FEW.format(value)} ${units[unit]}`;
}

// 850 µs, 12 ms, 3.4 s, 2 min 5 s, 3 h 12 min, 4 d 2 h
export function millis(value) {
  if (value < 1) return `${Math.round(value * 1000)} µs`;
  if (value < 1000) return `${value < 10 ? FEW.format(value) : Math.round(value)} ms`;
  const seconds = value / 1000;
  if (seconds < 60) return `${seconds < 10 ? FEW.format(seconds) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return pair(Math.floor(whole / 60), 'min', whole % 60, 's');
  if (whole < 86400) return pair(Math.floor(whole / 3600), 'h', Math.floor(whole % 3600 / 60), 'min');
  return pair(Math.floor(whole / 86400), 'd', Math.floor(whole % 86400 / 3600), 'h');
}

const pair = (great, greatUnit, small, smallUnit) => small ? `${great} ${greatUnit} ${small} ${smallUnit}` : `${great} ${greatUnit}`;

// PT1H2M3.5S and P1DT2H as milliseconds
export function duration(text) {
  const found = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(text || '');
  if (!found) return null;
  const [days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part || 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

export const clock = (millisOrText) => new Date(millisOrText).toLocaleTimeString('en-GB');

export function time(text) {
  const date = new Date(text);
  const today = date.toDateString() === new Date().toDateString();
  return today ? clock(date) : `${date.toLocaleDateString('en-CA')} ${clock(date)}`;
}

export function ago(text, now) {
  const passed = now - new Date(text).getTime();
  if (passed > -3000 && passed < 1000) return 'just now';
  return passed >= 0 ? `${coarse(passed)} ago` : `in ${millis(Math.round(-passed / 1000) * 1000)}`;
}

/** The greatest unit that fits twice, or seconds. */
function coarse(passed) {
  const [size, unit] = [[86400000, 'd'], [3600000, 'h'], [60000, 'min']].find(([one]) => passed >= 2 * one) || [1000, 's'];
  return `${Math.floor(passed / size)} ${unit}`;
}

/** Not every process knows how many a message may have. */
export const attempts = (message) => number(message.attempt) + (message.maxAttempts ? ` of ${number(message.maxAttempts)}` : '');

export const plural = (count, one, many) => `${number(count)} ${count === 1 ? one : many || `${one}s`}`;

export const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export const FIRST = Date.UTC(2024, 0, 1);

/** An id begins with the time at which it was given: milliseconds since 2024. */
export function timeOf(id) {
  let value = 0n;
  for (const digit of id) value = value * 32n + BigInt(Math.max(0, DIGITS.indexOf(digit)));
  return FIRST + Number(value >> 22n);
}
