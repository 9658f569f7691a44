import { Checkbox, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { TYPES_OF } from './webhooks';

/** All changes, all of one kind of record, or some. */
export function TypesInput({ value, change }: { value: readonly string[]; change: (types: string[]) => void }) {
  const { t } = useTranslation('settings');
  const everything = value.includes('*');
  function toggle(type: string, on: boolean, all: string, types: readonly string[]) {
    const rest = value.filter((other) => other !== '*' && other !== type && (type !== all || !types.includes(other)));
    change(on ? [...rest, type] : rest);
  }
  return (
    <Stack gap="xs" mt={4}>
      <Checkbox label={t('hook.everything')} checked={everything} onChange={(event) => change(event.currentTarget.checked ? ['*'] : TYPES_OF.map(({ all }) => all))} />
      {!everything && (
        <div style={{ columns: '200px 3' }}>
          {TYPES_OF.map(({ record, all, types }) => (
            <Stack key={all} gap={5} pb="sm" style={{ breakInside: 'avoid' }}>
              <Checkbox size="xs" fw={600} label={t(`record.${record}`)} checked={value.includes(all)} indeterminate={!value.includes(all) && types.some((type) => value.includes(type))}
                onChange={(event) => toggle(all, event.currentTarget.checked, all, types)} />
              {types.map((type) => (
                <Checkbox key={type} size="xs" ml="lg" label={t(`change.${type.split('.')[1]}`)} checked={value.includes(all) || value.includes(type)} disabled={value.includes(all)}
                  onChange={(event) => toggle(type, event.currentTarget.checked, all, types)} />
              ))}
            </Stack>
          ))}
        </div>
      )}
    </Stack>
  );
}
