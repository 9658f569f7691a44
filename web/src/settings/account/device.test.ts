import { expect, it } from 'vitest';
import { deviceOf } from './device';

it('names a browser as people do', () => {
  const names = [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
    'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
    'curl/7.88.1',
    '',
  ].map((agent) => deviceOf(agent).name);
  expect(names).toEqual(['Edge, Windows', 'Safari, iPhone', 'Firefox, Linux', 'curl', '']);
  expect(deviceOf('Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36').mobile).toBe(true);
});
