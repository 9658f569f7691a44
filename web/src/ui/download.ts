import { authorisedFetch } from '@/auth/fetch';
import { Problem } from '@/api/problem';

/** Saves a file that the API makes. A link alone could not show who asks. */
export async function download(path: string, query: Record<string, string>, name: string): Promise<void> {
  const url = `${location.origin}${path}?${new URLSearchParams(query)}`;
  const answer = await authorisedFetch(new Request(url));
  if (!answer.ok) throw Problem.of(answer, await answer.json().catch(() => null));
  save(await answer.blob(), name);
}

/** Saves a text that was made here. */
export function saveText(text: string, name: string) {
  save(new Blob([text], { type: 'text/csv;charset=utf-8' }), name);
}

function save(content: Blob, name: string) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
