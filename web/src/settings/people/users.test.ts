import { expect, it } from 'vitest';
import { newPassword } from './users';

it('makes passwords that are long enough, easy to read out, and another each time', () => {
  expect(newPassword()).toMatch(/^([a-km-np-z2-9]{5}-){3}[a-km-np-z2-9]{5}$/);
  expect(new Set(Array.from({ length: 50 }, newPassword)).size).toBe(50);
});
