const RUNS = 5;
/** A task that keeps the page from answering: 50 ms, as browsers count it. */
const WATCH = () => {
  window.busyUntil = 0;
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) window.busyUntil = Math.max(window.busyUntil, startTime + duration);
  }).observe({ type: 'longtask', buffered: true });
  const seen = () => {
    // The name, the history and what is written down next: one can work.
    if (document.querySelector('#main h1') && document.querySelector('#main textarea') && document.querySelector('#main li[data-tone]')) window.shownAt = performance.now();
    else requestAnimationFrame(seen);
  };
  seen();
};

async function once(page, url) {
  await page.goto(url);
  await page.waitForFunction(() => window.shownAt !== undefined);
  await page.waitForTimeout(1500);
  return page.evaluate(() => Math.max(window.shownAt, window.busyUntil));
}

/** How long a client's record takes until one can work in it: everything is shown and no long task follows. */
export async function ready(page, { address, client, tell }) {
  await page.addInitScript(WATCH);
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  for (const cached of [false, true]) {
    await session.send('Network.setCacheDisabled', { cacheDisabled: !cached });
    if (cached) await once(page, address + client);
    const times = [];
    for (let run = 0; run < RUNS; run += 1) times.push(await once(page, address + client));
    times.sort((a, b) => a - b);
    tell(`a client is ready, ${cached ? 'files kept from before' : 'nothing kept'}, middle of ${RUNS}`, times[Math.floor(RUNS / 2)], 'ms', { most: 1000 });
  }
}
