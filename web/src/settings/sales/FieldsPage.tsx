import { ActionIcon, Badge, Button, Menu, SegmentedControl } from '@mantine/core';
import { IconDots, IconForms, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ifMatch, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { useMay } from '@/auth/hooks';
import { Confirm } from '@/ui/Confirm';
import { EmptyState } from '@/ui/EmptyState';
import { notifyProblem } from '@/ui/notify';
import { RowItem } from '@/ui/Rows';
import { choiceText } from '@/ui/custom';
import { moved, SortableRow, SortableRows } from '@/ui/SortableRow';
import { Frame } from '../Frame';
import { useListSearch } from '@/ui/list/useListSearch';
import { FieldForm, type Field } from './FieldForm';

const ENTITIES = ['contact', 'company', 'lead'] as const;
type Entity = Schemas['Entity'];
const key = (entity: Entity) => ['fields', entity];

async function order(entity: Entity, fields: Field[]) {
  queryClient.setQueryData(key(entity), { items: fields });
  for (const [position, field] of fields.entries()) {
    if (field.position === position) continue;
    await take(api.PATCH('/api/v1/fields/{id}', { params: { path: { id: field.id }, header: ifMatch(field.version) }, body: { position } }));
  }
}

export default function FieldsPage() {
  const { t } = useTranslation('settings');
  const { search, setAll } = useListSearch([]);
  const entity = ENTITIES.find((known) => known === search.of) ?? 'contact';
  const found = useQuery({ queryKey: key(entity), queryFn: () => take(api.GET('/api/v1/fields', { params: { query: { entity } } })) });
  const [editing, setEditing] = useState<Field | 'new' | null>(null);
  const [deleting, setDeleting] = useState<Field | null>(null);
  const mayWrite = useMay('settings:write');
  const fields = found.data?.items ?? [];
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['fields'] });
  const move = (from: number, to: number) => void order(entity, moved(fields, from, to)).catch(notifyProblem).finally(refresh);
  const add = mayWrite && <Button leftSection={<IconPlus size={15} />} onClick={() => setEditing('new')}>{t('field.new')}</Button>;
  const shown = (field: Field) => ({
    title: field.label,
    sub: <>{t(`kind.${field.kind}`)}{field.options.length > 0 && `: ${field.options.map(choiceText).join(', ')}`}</>,
    children: <>{field.required && <Badge variant="light" color="gray" c="var(--mantine-color-text)">{t('field.required')}</Badge>}<code>{field.key}</code></>,
  });
  const menu = (field: Field) => (
    <Menu position="bottom-end">
      <Menu.Target><ActionIcon aria-label={t('actions', { name: field.label })}><IconDots size={16} /></ActionIcon></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={15} />} onClick={() => setEditing(field)}>{t('ui:edit')}</Menu.Item>
        <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={() => setDeleting(field)}>{t('ui:delete')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
  return (
    <Frame name="fields" actions={add}>
      <SegmentedControl size="xs" mb="sm" value={entity} onChange={(of) => setAll({ of })} aria-label={t('field.of')}
        data={ENTITIES.map((value) => ({ value, label: t(`entity.${value}`) }))} />
      {fields.length === 0 && !found.isPending ? <EmptyState icon={IconForms} title={t('field.empty.title')} text={t('field.empty.text')}>{add}</EmptyState> : (
        <SortableRows label={t('page.fields')} move={move}>
          {fields.map((field, index) => (mayWrite
            ? <SortableRow key={field.id} index={index} count={fields.length} name={field.label} open={() => setEditing(field)} actions={menu(field)} {...shown(field)} />
            : <RowItem key={field.id} {...shown(field)} />))}
        </SortableRows>
      )}
      {editing && <FieldForm entity={entity} field={editing === 'new' ? null : editing} close={() => setEditing(null)} />}
      {deleting && (
        <Confirm title={t('field.delete.title', { name: deleting.label })} text={t('field.delete.text')} action={t('ui:delete')} close={() => setDeleting(null)}
          run={() => take(api.DELETE('/api/v1/fields/{id}', { params: { path: { id: deleting.id }, header: ifMatch(deleting.version) } })).then(refresh)} />
      )}
    </Frame>
  );
}
