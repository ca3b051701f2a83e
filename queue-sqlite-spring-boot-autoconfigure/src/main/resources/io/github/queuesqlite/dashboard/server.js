// Talks to the application. All addresses are relative to the page.

export class Problem extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

// Whoever is signed out is answered, and not asked by the browser for a password every two seconds.
const ASKED = { 'X-Requested-With': 'XMLHttpRequest' };

async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { cache: 'no-store', credentials: 'same-origin', redirect: 'manual', signal: AbortSignal.timeout(15000), ...options, headers: { ...ASKED, ...options.headers } });
  } catch {
    throw new Problem(0, 'The application does not answer');
  }
  const type = response.headers.get('Content-Type') || '';
  if (response.type === 'opaqueredirect' || response.status === 401) {
    throw new Problem(401, 'You are signed out: load the page again to sign in');
  }
  if (!type.startsWith('application/json') && !type.startsWith('application/problem+json')) {
    // A proxy speaks, while the application is away.
    throw new Problem(response.status >= 500 ? 0 : response.status, `The application answered with status ${response.status}`);
  }
  const body = await response.json();
  if (!response.ok) {
    const refused = response.status === 403 ? 'You may not do this: the application refuses it' : `Status ${response.status}`;
    throw new Problem(response.status, body.detail || body.message || refused);
  }
  return body;
}

const address = (parts) => `api/${parts.map(encodeURIComponent).join('/')}`;

export function get(parts, query) {
  const wanted = Object.entries(query || {}).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return call(address(parts) + (wanted.length ? `?${new URLSearchParams(wanted)}` : ''));
}

export const page = () => get(['page']);

/** The token of the security of the application may be another one by now. */
export async function post(parts, body) {
  const { csrf } = await page();
  const headers = { 'Content-Type': 'application/json', 'X-Queue-Dashboard': 'true' };
  if (csrf) headers[csrf.header] = csrf.token;
  return call(address(parts), { method: 'POST', headers, body: JSON.stringify(body) });
}

/** The last hour, as far as this page knows it. */
export const history = {
  process: null, points: [], current: null, now: Date.now(), step: 10, another: false,

  async refresh() {
    const known = this.points.length ? this.points[this.points.length - 1].at : 0;
    let answer = await get(['history'], { after: known });
    // Another start, or another process behind a balancer: its hour is not ours.
    if (this.process && answer.process !== this.process) {
      this.another = true;
      this.points = [];
      answer = await get(['history']);
    }
    this.process = answer.process;
    this.now = answer.now;
    this.step = answer.step;
    this.current = answer.current;
    this.points = [...this.points, ...answer.points].filter((point) => point.at > answer.now - 3600000);
  },
};
