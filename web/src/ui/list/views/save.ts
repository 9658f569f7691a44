import i18n from 'i18next';
import type { FilterField } from '@/ui/filters/model';
import { notifyDone, notifyProblem, notifyUndo } from '@/ui/notify';
import { saveTogether } from '@/ui/conflict/save';
import { toSearch } from './search';
import { changeView, createView, deleteView, readView, type View, viewsChanged } from './useViews';

/** How the list's own things are called. */
export interface Words {
  fields: readonly FilterField[];
  columns: readonly { id: string; title: string }[];
  sort: (sort: string) => string;
}

function show(key: string, value: unknown, { fields, columns, sort }: Words): string {
  if (key === 'shared_with') return (value as string[]).map((role) => i18n.t(`ui:role.${role}`)).join(', ');
  if (key === 'columns') return (value as string[]).map((id) => columns.find((column) => column.id === id)?.title ?? id).join(', ');
  if (key === 'sort') return value ? sort(String(value)) : '';
  if (key !== 'filter') return String(value);
  return Object.entries(toSearch({ filter: value as Record<string, unknown> }, fields)).map(([name, wanted = '']) => {
    const field = fields.find((one) => one.key === name);
    return `${field?.label ?? name}: ${field?.options?.find((option) => option.value === wanted)?.label ?? wanted}`;
  }).join(', ');
}

/** Saves what was changed of a view; what others changed meanwhile is kept or asked about. */
export async function saveView(view: View, changes: Partial<View>, words: Words): Promise<void> {
  const { kind, record } = await saveTogether<View>({
    base: view, changes,
    latest: () => readView(view),
    save: (made, version) => changeView(view.id, made, version),
    label: (key) => i18n.t(`ui:views.field.${key}`),
    show: (key, value) => show(key, value, words),
  }).finally(viewsChanged);
  if (kind === 'saved') notifyDone(i18n.t('ui:views.saved', { name: record.name }));
  if (kind === 'merged') notifyDone(i18n.t('ui:conflict.merged'));
}

/** Deletes a view and offers to make it again. Says whether it is gone. */
export async function removeView(view: View): Promise<boolean> {
  const { list, name, filter, columns, sort, shared_with } = view;
  return deleteView(view).then(() => {
    notifyUndo(i18n.t('ui:views.deleted', { name }), () => createView({ list, name, filter, columns, sort, shared_with }));
    return true;
  }, (error: unknown) => {
    notifyProblem(error);
    return false;
  });
}
