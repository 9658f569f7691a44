import { expect, it } from 'vitest';
import { sumsOf } from './useCompany';

it('what is for sale is summed by currency', () => {
  const lead = (stage_kind: 'open' | 'won', amount: number | null, currency: string | null) => ({ stage_kind, amount, currency });
  const leads = [lead('open', 100, 'EUR'), lead('open', 50, 'EUR'), lead('open', 7, 'GBP'), lead('won', 9, 'EUR'), lead('open', null, null)];
  expect(sumsOf(leads, 'open')).toEqual([{ currency: 'EUR', amount: 150 }, { currency: 'GBP', amount: 7 }]);
  expect(sumsOf(leads, 'won')).toEqual([{ currency: 'EUR', amount: 9 }]);
});
