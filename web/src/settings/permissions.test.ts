import { expect, it } from 'vitest';
import texts from './locales/en.json';
import { mayKey, PERMISSIONS } from './permissions';

it('has words for every permission', () => {
  const keys = PERMISSIONS.flatMap(({ permissions }) => permissions).map(mayKey);
  expect(keys.filter((key) => !(key in texts))).toEqual([]);
});
