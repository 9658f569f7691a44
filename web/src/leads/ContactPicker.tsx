import { Combobox, type ComboboxStore, Group, InputBase, Text, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconUserPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { Initials } from '@/ui/Initials';

/** Whose lead it is: somebody known, or a new name. */
export type Chosen = { kind: 'known'; id: string; name: string } | { kind: 'new'; name: string };

interface Props {
  value: Chosen | null;
  change: (value: Chosen | null) => void;
  error?: React.ReactNode;
  label?: string;
  compact?: boolean;
  /** Begins here. */
  focus?: boolean;
}

export function ContactPicker({ value, change, error, label, compact, focus }: Props) {
  const { t } = useTranslation('leads');
  const [text, setText] = useState(value?.name ?? '');
  const [q] = useDebouncedValue(text.trim(), 150);
  const box = useCombobox({ onDropdownClose: () => box.resetSelectedOption() });
  const { data } = useQuery({
    queryKey: ['search', 'clients', q], enabled: q.length >= 2, placeholderData: (before) => before,
    queryFn: () => take(api.GET('/api/v1/contacts', { params: { query: { q, limit: 5 } } })),
  });
  const found = q.length >= 2 && text.trim() ? data?.items ?? [] : [];
  function write(next: string) {
    setText(next);
    change(next.trim() ? { kind: 'new', name: next.trim() } : null);
    if (next.trim().length >= 2) box.openDropdown();
    else box.closeDropdown();
  }
  function pick(id: string) {
    const contact = found.find((one) => one.id === id);
    if (contact) {
      setText(contact.display_name);
      change({ kind: 'known', id, name: contact.display_name });
    }
    box.closeDropdown();
  }
  return (
    <Combobox store={box} onOptionSubmit={pick} withinPortal position="bottom-start" width={compact ? 290 : 'target'}>
      <Combobox.Target>
        <InputBase size={compact ? 'xs' : 'sm'} label={compact ? undefined : label ?? t('client')} aria-label={compact ? t('client') : undefined} placeholder={t('client.hint')}
          required={!compact} value={text} error={error} data-autofocus autoFocus={focus} autoComplete="off"
          onChange={(event) => write(event.currentTarget.value)} onBlur={() => box.closeDropdown()} onFocus={() => found.length > 0 && value?.kind !== 'known' && box.openDropdown()} />
      </Combobox.Target>
      <Options found={found} name={text.trim()} box={box} known={value?.kind === 'known'} />
    </Combobox>
  );
}

function Options({ found, name, known, box }: { found: Schemas['Contact'][]; name: string; known: boolean; box: ComboboxStore }) {
  const { t } = useTranslation('leads');
  return (
    <Combobox.Dropdown hidden={name.length < 2 || known}>
      <Combobox.Options mah={340} style={{ overflowY: 'auto' }} aria-label={t('client')}>
        {found.map((contact) => (
          <Combobox.Option key={contact.id} value={contact.id}>
            <Group gap={8} wrap="nowrap">
              <Initials name={contact.display_name} size={24} />
              <div style={{ minWidth: 0 }}>
                <Text size="sm" className="tl-cut" dir="auto">{contact.display_name}</Text>
                <Text size="xs" c="dimmed" className="tl-cut">{contact.emails[0]?.address ?? contact.phones[0]?.number}</Text>
              </div>
            </Group>
          </Combobox.Option>
        ))}
        <Combobox.Option value="" onMouseDown={() => box.closeDropdown()}>
          <Group gap={8} wrap="nowrap"><IconUserPlus size={18} stroke={1.6} aria-hidden /><Text size="sm" className="tl-cut">{t('client.new', { name })}</Text></Group>
        </Combobox.Option>
      </Combobox.Options>
    </Combobox.Dropdown>
  );
}
