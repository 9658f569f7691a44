import { currentToken } from './session';

/** So long what was read ahead is news. */
const FRESH_MS = 10_000;
const answers = new Map<string, { at: number; answer: Promise<Response> }>();

/** Asks for what the screen is about to ask for; {@link takeAhead} gives it then. */
export function ahead(path: string) {
  const answer = fetch(path, { headers: { Authorization: `Bearer ${currentToken() ?? ''}` } });
  answer.catch(() => undefined);
  answers.set(new URL(path, location.origin).href, { at: Date.now(), answer });
}

/** The answer to a request that was sent already; only once, and nothing where it did not go well. */
export async function takeAhead({ method, url }: Request): Promise<Response | undefined> {
  const found = answers.get(url);
  if (!found || method !== 'GET') return undefined;
  answers.delete(url);
  if (Date.now() - found.at > FRESH_MS) return undefined;
  const answer = await found.answer.catch(() => undefined);
  return answer?.ok ? answer : undefined;
}
