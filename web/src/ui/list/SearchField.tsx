import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

/** Searches as one types. */
export function SearchField({ label, value, change }: { label: string; value: string; change: (q: string) => void }) {
  const { t } = useTranslation('ui');
  const [text, setText] = useState(value);
  const later = useDebouncedCallback(change, 200);
  useEffect(() => setText(value), [value]);
  function write(next: string) {
    setText(next);
    later(next.trim());
  }
  return (
    <TextInput size="xs" w={240} type="search" aria-label={label} placeholder={label} leftSection={<IconSearch size={15} />} value={text}
      rightSection={text && <CloseButton size="xs" aria-label={t('clear')} onClick={() => write('')} />}
      onChange={(event) => write(event.currentTarget.value)} />
  );
}
