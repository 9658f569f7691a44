import createClient from 'openapi-fetch';
import { authorisedFetch } from '@/auth/fetch';
import { Problem } from './problem';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];

/** The API, typed from `openapi.yaml`. Use it through {@link take}. */
export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? '',
  fetch: authorisedFetch,
  querySerializer: { array: { style: 'form', explode: false } },
});

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What the API answered, or a {@link Problem}. */
export async function take<T>(call: Promise<Outcome<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw Problem.of(response, error);
  return data as T;
}

/** The header a change needs. */
export function ifMatch(version: number) {
  return { 'If-Match': `"v${version}"` };
}
