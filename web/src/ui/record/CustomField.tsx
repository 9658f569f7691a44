import type { Schemas } from '@/api/client';
import { useTranslation } from 'react-i18next';
import { choicesOf, customText, isMoney } from '@/ui/custom';
import { InlineSelect, InlineText } from './Inline';
import { InlineMany } from './InlineMany';
import { InlineMoney } from './InlineMoney';

interface Props {
  field: Schemas['Field'];
  value: unknown;
  readOnly: boolean;
  save: (value: unknown) => Promise<void>;
}

/** A field that the organisation has made for itself, edited as its kind asks. */
export function CustomField({ field, value, readOnly, save }: Props) {
  const { t } = useTranslation('ui');
  const shared = { label: field.label, readOnly };
  switch (field.kind) {
    case 'choice':
      return <InlineSelect {...shared} value={typeof value === 'string' ? value : null} save={save} options={choicesOf(field.options)} />;
    case 'boolean':
      return (
        <InlineSelect {...shared} value={typeof value === 'boolean' ? String(value) : null} save={(chosen) => save(chosen === null ? null : chosen === 'true')}
          options={[{ value: 'true', label: t('yes') }, { value: 'false', label: t('no') }]} />
      );
    case 'number':
      return <InlineText {...shared} type="number" value={value == null ? '' : String(value)} shown={customText(field, value)} save={(text) => save(text === '' ? null : Number(text))} />;
    case 'multi_choice':
      return <InlineMany {...shared} value={Array.isArray(value) ? value.map(String) : []} save={(chosen) => save(chosen.length > 0 ? chosen : null)} options={field.options} />;
    case 'money':
      return <InlineMoney {...shared} value={isMoney(value) ? value : null} save={save} />;
    default:
      return <InlineText {...shared} type={field.kind === 'text' ? 'text' : field.kind} value={value == null ? '' : String(value)} shown={customText(field, value)} save={(text) => save(text || null)} />;
  }
}
