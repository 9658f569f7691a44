import { useEffect } from 'react';
import { authorisedFetch } from '@/auth/fetch';
import { refreshClient } from './useClient';

const AGAIN_MS = 3000;
/** Several entries that come together are read together. */
const TOGETHER_MS = 250;

/** While the page is open, what happens with the client appears by itself. */
export function useLive(id: string) {
  useEffect(() => {
    const stop = new AbortController();
    void listen(id, stop.signal);
    return () => stop.abort();
  }, [id]);
}

async function listen(id: string, signal: AbortSignal) {
  let last: string | null = null;
  let pending: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(pending);
    pending = setTimeout(() => refreshClient(id), TOGETHER_MS);
  };
  while (!signal.aborted) {
    try {
      const headers = last ? { 'Last-Event-ID': last } : undefined;
      const answer = await authorisedFetch(new Request(`${location.origin}/api/v1/stream?contact_id=${id}&seconds=300`, { signal, headers }));
      if (answer.ok && answer.body) last = await readEvents(answer.body, heard, last);
      else if (answer.status === 403 || answer.status === 404) return;
    } catch {
      // The next round tells whether the server is back.
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

async function readEvents(body: ReadableStream<Uint8Array>, heard: () => void, last: string | null): Promise<string | null> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const events = (rest + part.value).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      last = /^id: ?(.+)$/m.exec(event)?.[1] ?? last;
      const name = /^event: ?(.+)$/m.exec(event)?.[1];
      if (name && name !== 'ready') heard();
    }
  }
  return last;
}
