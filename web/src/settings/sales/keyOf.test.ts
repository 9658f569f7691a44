import { expect, it } from 'vitest';
import { keyOf } from './keyOf';

it('makes a key of a name in any of our languages', () => {
  expect(['Roof area, m²', 'Área do telhado', 'Площадь крыши', '2nd contact ', '—'].map(keyOf))
    .toEqual(['roof_area_m', 'area_do_telhado', 'ploschad_kryshi', 'nd_contact', '']);
});
