import i18n from 'i18next';
import { beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '@/api/problem';
import ru from '@/app/locales/ru.json';
import { faultText, problemText } from './problemText';

const fault = (code: string, message: string) => ({ field: 'name', code, message });

describe('what was refused', () => {
  beforeEach(async () => {
    await i18n.init({ lng: 'ru', fallbackLng: false, keySeparator: false, interpolation: { escapeValue: false }, resources: { ru: { app: ru } } });
  });

  it('is told in the language of the person, with the bounds that the server names', () => {
    expect(faultText(fault('length', 'must have 12 to 128 characters'))).toBe('От 12 до 128 знаков или значений.');
    expect(faultText(fault('range', 'must be between 1 and 10,000'))).toBe('От 1 до 10,000.');
    expect(faultText(fault('length', 'must have at most 100 entries'))).toBe('Не больше 100 знаков или значений.');
    expect(faultText({ ...fault('range', 'is out of range'), params: { min: 1, max: 20000 } })).toBe('От 1 до 20 000.'.replace('20 000', (20000).toLocaleString('ru')));
    expect(faultText({ ...fault('choice', 'must be . or ,'), params: { allowed: ['.', ','] } })).toBe('Одно из: ., ,.');
    expect(faultText(fault('required', 'must not be blank'))).toBe('Обязательное поле.');
    expect(faultText(fault('format', 'must be an e-mail address'))).toBe('Это не адрес эл. почты.');
    expect(faultText(fault('format', 'must be a URL such as https://example.com/hooks'))).toBe('Нужно в таком виде: https://example.com/hooks.');
    expect(faultText(fault('format', 'must be like https://www.example.com, without a path'))).toBe('Нужно в таком виде: https://www.example.com.');
    expect(faultText(fault('format', 'must be CSV'))).toBe('Неверный формат.');
  });

  it('is told in the words of the server where the code is unknown, and to English people', async () => {
    expect(faultText(fault('not_lost', 'only where the stage is lost'))).toBe('only where the stage is lost');
    await i18n.changeLanguage('en');
    expect(faultText(fault('length', 'must have 12 to 128 characters'))).toBe('must have 12 to 128 characters');
  });

  it('is told as a whole where no field is to blame', () => {
    expect(problemText(new Problem(409, 'already_exists', 'Another team has this name.'))).toBe('Такое уже есть.');
    expect(problemText(new Problem(409, 'merge_loop', 'It would go round.'))).toBe('It would go round.');
  });
});
