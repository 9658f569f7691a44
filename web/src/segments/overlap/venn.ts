interface Circle {
  x: number;
  y: number;
  nameX: number;
  nameY: number;
  anchor: 'start' | 'middle' | 'end';
}

/** Two or three circles of one size: the picture shows which parts there are, the numbers how large they are. */
export function circlesOf(count: number): Circle[] {
  if (count === 2) {
    return [{ x: 110, y: 125, nameX: 60, nameY: 40, anchor: 'middle' }, { x: 190, y: 125, nameX: 240, nameY: 40, anchor: 'middle' }];
  }
  return [
    { x: 112, y: 92, nameX: 60, nameY: 14, anchor: 'middle' },
    { x: 188, y: 92, nameX: 240, nameY: 14, anchor: 'middle' },
    { x: 150, y: 154, nameX: 150, nameY: 237, anchor: 'middle' },
  ];
}

const CENTRE = { two: [150, 125], three: [150, 113] } as const;

/** Where the number of a part stands: between the centres of its circles, away from the others. */
export function placeOf(count: number, inside: readonly number[]): [number, number] {
  const circles = circlesOf(count);
  const [middleX, middleY] = count === 2 ? CENTRE.two : CENTRE.three;
  const own = inside.map((index) => circles[index]).filter((circle) => circle !== undefined);
  if (own.length === count || own.length === 0) return [middleX, middleY];
  const x = own.reduce((sum, circle) => sum + circle.x, 0) / own.length;
  const y = own.reduce((sum, circle) => sum + circle.y, 0) / own.length;
  const away = own.length === 1 ? 1.75 : 2.2;
  return [middleX + (x - middleX) * away, middleY + (y - middleY) * away];
}
