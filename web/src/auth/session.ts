import type { components } from '@/api/schema';
import { createStore } from '@/app/store';

export type Me = components['schemas']['Me'];
export type Permission = components['schemas']['Permission'];

interface SessionState {
  /** `lost`: the session ended while somebody was at work; the page stays and a dialog asks to log in. */
  status: 'unknown' | 'out' | 'in' | 'lost';
  me: Me | null;
}

/** Who works here. The access token itself is never in it, nor in any storage. */
export const session = createStore<SessionState>({ status: 'unknown', me: null });

let access: { token: string; until: number } | null = null;
let renewing: Promise<boolean> | null = null;
const others = 'BroadcastChannel' in globalThis ? new BroadcastChannel('touchline-session') : null;

/** Seconds before its end at which a token is renewed already. */
const EARLY = 30;

export function currentToken(): string | null {
  return access && Date.now() < access.until ? access.token : null;
}

function keep(granted: components['schemas']['Access']) {
  access = { token: granted.access_token, until: Date.now() + (granted.expires_in - EARLY) * 1000 };
}

function post(path: string, body: unknown): Promise<Response> {
  return fetch(`/api/v1/auth/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Touchline': '1' },
    body: JSON.stringify(body),
  });
}

/** One tab at a time: a refresh token is good for one use, and a second use ends the session. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  if (!navigator.locks) return work();
  const { done } = await navigator.locks.request('touchline-refresh', async () => ({ done: await work() }));
  return done;
}

/** Gets a new access token with the cookie; `false` where there is no session any more. Throws where nobody answers. */
export function renew(): Promise<boolean> {
  renewing ??= alone(async () => {
    const answer = await post('refresh', {});
    if (answer.ok) {
      keep(await answer.json());
      return true;
    }
    if (answer.status >= 500 || answer.status === 429) throw new TypeError(`refresh: ${answer.status}`);
    access = null;
    return false;
  }).finally(() => {
    renewing = null;
  });
  return renewing;
}

export async function logIn(email: string, password: string): Promise<Response> {
  const answer = await alone(() => post('login', { email, password, cookie: true }));
  if (answer.ok) {
    keep(await answer.clone().json());
    await loadMe();
    others?.postMessage('in');
  }
  return answer;
}

export async function loadMe(): Promise<void> {
  const answer = await fetch('/api/v1/me', { headers: { Authorization: `Bearer ${access?.token ?? ''}` } });
  if (!answer.ok) throw new TypeError(`me: ${answer.status}`);
  const me: Me = await answer.json();
  const before = session.get().me;
  if (before && before.user.id !== me.user.id) {
    // Somebody else logged in: nothing of the former person's may stay on the screen.
    location.reload();
    return;
  }
  session.set({ status: 'in', me });
}

/** At the start: goes on with the session of the cookie, where there is one. `meanwhile` has its token already. */
export async function resume(meanwhile?: () => void): Promise<void> {
  if (!(await renew())) return session.set({ status: 'out', me: null });
  const known = loadMe();
  meanwhile?.();
  await known;
}

export async function logOut(): Promise<void> {
  await alone(() => post('logout', {})).catch(() => undefined);
  others?.postMessage('out');
  forget();
}

function forget() {
  access = null;
  // Whatever was read is gone with the page.
  location.assign('/');
}

/** The session ended under somebody's hands. Resolves when they have logged in again. */
export function askToLogIn(): Promise<void> {
  if (session.get().status === 'in') session.set({ ...session.get(), status: 'lost' });
  return new Promise((resolve) => {
    const stop = session.subscribe(() => {
      if (session.get().status === 'in') {
        stop();
        resolve();
      }
    });
  });
}

others?.addEventListener('message', ({ data }) => {
  if (data === 'out' && session.get().status !== 'out') forget();
  if (data === 'in' && session.get().status !== 'in') void resume();
});

export function may(permission: Permission): boolean {
  return session.get().me?.permissions.includes(permission) ?? false;
}
