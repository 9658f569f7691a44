import type { Column, MappedField, Mapping } from '../data';

/** A mapped field with its place in the mapping, by which the API names its faults. */
export interface Placed {
  index: number;
  field: MappedField;
}

function isOf(field: MappedField, column: Column): boolean {
  if (field.value != null) return false;
  return field.position != null ? field.position === column.position : field.column === column.name;
}

/** What a column goes into: nothing, one field or several. */
export function fieldsOf(mapping: Mapping, column: Column): Placed[] {
  return mapping.fields.map((field, index) => ({ field, index })).filter(({ field }) => isOf(field, column));
}

/** What is the same for every row. */
export function fixedOf(mapping: Mapping): Placed[] {
  return mapping.fields.map((field, index) => ({ field, index })).filter(({ field }) => field.value != null);
}

export function replaced(mapping: Mapping, index: number, field: MappedField): Mapping {
  return { ...mapping, fields: mapping.fields.map((other, at) => (at === index ? field : other)) };
}

export function without(mapping: Mapping, index: number): Mapping {
  return { ...mapping, fields: mapping.fields.filter((_, at) => at !== index) };
}

export function added(mapping: Mapping, field: MappedField): Mapping {
  return { ...mapping, fields: [...mapping.fields, field] };
}

/** The value of a target that is the same for every row, set or taken away. */
export function withFixed(mapping: Mapping, target: string, value: string | null): Mapping {
  const others = mapping.fields.filter((field) => field.target !== target || field.value == null);
  return { ...mapping, fields: value ? [...others, { target, value }] : others };
}

/** A key for a field of this name, as the server makes them. */
export function keyFrom(label: string, position: number): string {
  const ascii = label.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
  const key = ascii.replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '').slice(0, 40);
  return /^[a-z]/.test(key) ? key : `field_${position}`;
}

const NEW = 'new:';
export const NEW_FIELDS = [`${NEW}custom.`, `${NEW}company.custom.`, `${NEW}lead.custom.`] as const;

/** The field that a column becomes by a choice: one there is, or a new one named like the column. */
export function chosen(column: Column, target: string): MappedField {
  const place = { column: column.name, position: column.position };
  if (!target.startsWith(NEW)) return { target, ...place };
  return { target: target.slice(NEW.length) + keyFrom(column.name, column.position), ...place, label: column.name, kind: 'text' };
}

/** Whether a run makes the field first. */
export function isNew(field: MappedField): boolean {
  return field.label != null;
}

/** The place in the mapping that a fault is about: `mapping.fields[3].target`. */
export function faultIndex(place: string): number | null {
  const found = /^(?:mapping\.)?fields\[(\d+)\]/.exec(place)?.[1];
  return found === undefined ? null : Number(found);
}
