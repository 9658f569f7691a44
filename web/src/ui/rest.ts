/** After which time a page is at rest: what is seen first is there, and nobody waits for it any more. */
const REST_MS = 1500;
/** Not every browser tells when it has nothing to do. */
const whenIdle: (work: () => void) => void = typeof requestIdleCallback === 'function' ? (work) => requestIdleCallback(work, { timeout: 3000 }) : (work) => work();

/** Does the work when the page is at rest; gives what takes that back. */
export function atRest(work: () => void): () => void {
  let wanted = true;
  const wait = setTimeout(() => whenIdle(() => wanted && work()), REST_MS);
  return () => {
    wanted = false;
    clearTimeout(wait);
  };
}
