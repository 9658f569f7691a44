import { expect, it } from 'vitest';
import { choiceText, customText } from './custom';

it('shows a choice that is a word of programs as people write it, and leaves all others', () => {
  expect(['heat_pump', 'gas', 'Heat_pump', 'solar panel', 'тепловой_насос', 'a-b', '10', '<b>x</b>'].map(choiceText))
    .toEqual(['Heat pump', 'Gas', 'Heat_pump', 'solar panel', 'тепловой_насос', 'a-b', '10', '<b>x</b>']);
});

it('shows one choice and several', () => {
  expect(customText({ kind: 'choice' }, 'heat_pump')).toBe('Heat pump');
  expect(customText({ kind: 'multi_choice' }, ['heat_pump', 'Solar'])).toBe('Heat pump, Solar');
  expect(customText({ kind: 'multi_choice' }, [])).toBe('');
});
