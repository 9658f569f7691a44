interface Touch {
  contact_id: string;
  occurred_at: string;
}

/** Who wrote last and has no answer: of each client the newest message, where nothing went out since. */
export function awaiting<T extends Touch>(inbound: readonly T[], outbound: readonly Touch[]): T[] {
  const answered = new Map<string, string>();
  for (const { contact_id, occurred_at } of outbound) {
    if (occurred_at > (answered.get(contact_id) ?? '')) answered.set(contact_id, occurred_at);
  }
  const newest = new Map<string, T>();
  for (const touch of inbound) {
    if (touch.occurred_at > (newest.get(touch.contact_id)?.occurred_at ?? '')) newest.set(touch.contact_id, touch);
  }
  return [...newest.values()]
    .filter(({ contact_id, occurred_at }) => occurred_at > (answered.get(contact_id) ?? ''))
    .sort((a, b) => a.occurred_at.localeCompare(b.occurred_at));
}
