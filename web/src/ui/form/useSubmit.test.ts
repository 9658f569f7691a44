import { useForm } from '@mantine/form';
import { act, renderHook } from '@testing-library/react';
import i18n from 'i18next';
import { beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '@/api/problem';
import { placeOf, useSubmit } from './useSubmit';

beforeEach(async () => void (await i18n.init({ lng: 'en', resources: {} })));

describe('the field that a refusal belongs to', () => {
  it('is the one of that name, or the one it is a part of', () => {
    const values = { name: '', emails: '', days: '' };
    expect(['name', 'emails[0].address', 'expires_at', 'scopes[2]'].map((field) => placeOf(field, values, { expires_at: 'days' })))
      .toEqual(['name', 'emails', 'days', null]);
  });
});

describe('a form that is refused', () => {
  async function refuse(error: unknown) {
    const { result } = renderHook(() => {
      const form = useForm({ initialValues: { name: 'Ann', url: '' } });
      return { form, sending: useSubmit(form, () => Promise.reject(error)) };
    });
    await act(async () => result.current.sending.submit());
    return result.current;
  }
  const bad = (...fields: [string, string][]) => new Problem(422, 'invalid', 'Some fields are not valid', fields.map(([field, code]) => ({ field, code, message: `${field} ${code}` })));

  it('tells faults at their fields, an empty one first, and keeps what was typed', async () => {
    const { form, sending } = await refuse(bad(['name', 'length'], ['name', 'required'], ['url', 'format']));
    expect(form.errors).toEqual({ name: 'name required', url: 'url format' });
    expect([form.values.name, sending.problem, sending.busy]).toEqual(['Ann', null, false]);
  });

  it('tells above them what has no field there', async () => {
    const elsewhere = bad(['name', 'length'], ['filter.tag', 'length']);
    expect((await refuse(elsewhere)).sending.problem).toBe(elsewhere);
    const taken = new Problem(409, 'already_exists', 'Another one has this name.');
    expect((await refuse(taken)).sending.problem).toBe(taken);
  });
});
