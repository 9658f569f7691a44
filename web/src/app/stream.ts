import { authorisedFetch } from '@/auth/fetch';

const AGAIN_MS = 3000;
/** Several entries that come together are read together. */
const TOGETHER_MS = 250;

/** What was taken back: an interaction, a note or a task. */
export interface Gone {
  id: string;
  contact_id: string;
  type: string;
}

interface Listening {
  /** What the stream is narrowed by, such as `contact_id`. */
  query: Record<string, string>;
  heard: () => void;
  /** Whether an entry of this type is of interest; all are where absent. */
  wants?: (type: string) => boolean;
  /** What was taken back can go at once, before everything is read anew. */
  gone?: (entry: Gone) => void;
  signal: AbortSignal;
}

/** Calls `heard` whenever something has been recorded, until `signal` ends it. */
export async function listen({ query, heard, wants = () => true, gone, signal }: Listening) {
  let last: string | null = null;
  let pending: ReturnType<typeof setTimeout> | undefined;
  const soon = (type: string, data: string) => {
    if (type === 'deleted') gone?.(JSON.parse(data));
    if (!wants(type)) return;
    clearTimeout(pending);
    pending = setTimeout(heard, TOGETHER_MS);
  };
  const address = `${location.origin}/api/v1/stream?${new URLSearchParams({ ...query, seconds: '300' })}`;
  while (!signal.aborted) {
    try {
      const headers = last ? { 'Last-Event-ID': last } : undefined;
      const answer = await authorisedFetch(new Request(address, { signal, headers }));
      if (answer.ok && answer.body) last = await readEvents(answer.body, soon, last);
      else if (answer.status === 403 || answer.status === 404) return;
    } catch {
      // The next round tells whether the server is back.
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

async function readEvents(body: ReadableStream<Uint8Array>, heard: (type: string, data: string) => void, last: string | null): Promise<string | null> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const events = (rest + part.value).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      last = /^id: ?(.+)$/m.exec(event)?.[1] ?? last;
      const name = /^event: ?(.+)$/m.exec(event)?.[1];
      if (name && name !== 'ready') heard(name, /^data: ?(.+)$/m.exec(event)?.[1] ?? '{}');
    }
  }
  return last;
}
