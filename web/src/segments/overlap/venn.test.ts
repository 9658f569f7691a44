import { describe, expect, it } from 'vitest';
import { circlesOf, placeOf } from './venn';

const RADIUS = 70;
const inside = (count: number, index: number, [x, y]: [number, number]) => {
  const circle = circlesOf(count)[index];
  return circle !== undefined && Math.hypot(circle.x - x, circle.y - y) < RADIUS;
};

describe('the numbers of an overlap', () => {
  it.each([[2, [[0], [1], [0, 1]]], [3, [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]]]] as const)('stand in exactly their circles of %i', (count, parts) => {
    for (const part of parts) {
      const place = placeOf(count, part);
      const found = circlesOf(count).map((_, index) => index).filter((index) => inside(count, index, place));
      expect(found, part.join()).toEqual([...part]);
    }
  });
});
