import { connection } from '@/app/connection';
import { takeAhead } from './ahead';
import { askToLogIn, currentToken, renew, session } from './session';

async function token(): Promise<string | null> {
  return currentToken() ?? ((await renew()) ? currentToken() : null);
}

async function send(request: Request, bearer: string | null): Promise<Response> {
  const copy = request.clone();
  if (bearer) copy.headers.set('Authorization', `Bearer ${bearer}`);
  try {
    const answer = await fetch(copy);
    connection.answered();
    return answer;
  } catch (error) {
    if (!request.signal.aborted) connection.failed();
    throw error;
  }
}

/**
 * `fetch` with the session: a token that has run out is renewed, and where the session has ended the request waits
 * until the person has logged in again, and is sent then.
 */
export async function authorisedFetch(request: Request): Promise<Response> {
  let answer = (await takeAhead(request)) ?? (await send(request, await tokenOrWait()));
  if (answer.status === 401) {
    answer = await send(request, (await renew()) ? currentToken() : await afterLogIn());
  }
  return answer;
}

async function tokenOrWait(): Promise<string | null> {
  try {
    return (await token()) ?? (await afterLogIn());
  } catch (error) {
    connection.failed();
    throw error;
  }
}

async function afterLogIn(): Promise<string | null> {
  if (session.get().status === 'out') return null;
  await askToLogIn();
  return currentToken();
}
