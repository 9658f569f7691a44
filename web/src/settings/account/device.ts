const BROWSERS = [['Edg/', 'Edge'], ['OPR/', 'Opera'], ['YaBrowser/', 'Yandex Browser'], ['SamsungBrowser/', 'Samsung Internet'], ['Firefox/', 'Firefox'], ['Chrome/', 'Chrome'], ['Safari/', 'Safari']] as const;
const SYSTEMS = [['Android', 'Android'], ['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Windows', 'Windows'], ['Mac OS X', 'macOS'], ['Linux', 'Linux']] as const;

/** What somebody would call the browser that named itself so: `Firefox, Windows`. */
export function deviceOf(agent: string): { name: string; mobile: boolean } {
  const browser = BROWSERS.find(([sign]) => agent.includes(sign))?.[1];
  const system = SYSTEMS.find(([sign]) => agent.includes(sign))?.[1];
  const name = [browser, system].filter(Boolean).join(', ') || agent.split(/[\s/]/)[0] || '';
  return { name, mobile: /Android|iPhone|iPad|Mobile/.test(agent) };
}
