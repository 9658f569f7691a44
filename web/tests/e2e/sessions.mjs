import { arrive, PASSWORD, person, visit } from './server.mjs';

/**
 * Browsers whose sessions are used again, each by one test at a time: an account may log in ten times at once and twice
 * a minute from then on.
 */
export function sessions(browser, address) {
  const resting = new Map();
  return {
    async take(email, path, options = {}) {
      const key = JSON.stringify([email, options]);
      const context = resting.get(key)?.pop();
      const found = context ? { ...(await visit(context)), password: PASSWORD } : await person(browser, address, email, path, options);
      if (context) await arrive(found.page, address, email, path);
      found.page.setDefaultTimeout(15_000);
      return { ...found, key };
    },
    /** What a test leaves behind in the browser, but for the session, is not for the next. */
    async giveBack({ context, page, key }) {
      await context.setOffline(false);
      await page.evaluate(() => { localStorage.clear(); sessionStorage.clear(); });
      for (const open of context.pages()) await open.close();
      resting.set(key, [...(resting.get(key) ?? []), context]);
    },
  };
}
