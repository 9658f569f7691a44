import { useTranslation } from 'react-i18next';
import type { Entry } from './group';

interface Named {
  name?: string;
}

/** Kinds come as programs name them. */
function readable(kind: string): string {
  const words = kind.replace(/[_.-]+/g, ' ').trim();
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}

/** What an entry says in words. */
export function useEntryText() {
  const { t, i18n } = useTranslation('client');
  function kindOf(entry: Entry): string {
    const kind = entry.kind ?? '';
    if (i18n.exists(`client:event.${kind}`)) return t(`event.${kind}`);
    return kind ? readable(kind) : '';
  }
  function move(entry: Entry): string {
    const from = (entry.properties?.from_stage as Named | null | undefined)?.name;
    const to = (entry.properties?.to_stage as Named | null | undefined)?.name ?? entry.subject ?? '';
    return from ? t('moved', { from, to }) : t('entered', { to });
  }
  return {
    title(entry: Entry): string {
      if (entry.type === 'stage_move') return move(entry);
      if (entry.type === 'note') return entry.subject ?? t('type.note');
      if (entry.type === 'interaction' && entry.channel === 'note') return entry.subject ?? t('type.note');
      const kind = kindOf(entry);
      if (entry.subject && kind && entry.kind !== entry.channel && entry.type === 'interaction' && !entry.subject.startsWith(kind)) return `${kind}: ${entry.subject}`;
      return entry.subject ?? (kind || t(`type.${entry.type}`));
    },
    source(entry: Entry): string {
      const campaign = entry.campaign ?? entry.utm_campaign;
      return [[entry.utm_source, entry.utm_medium].filter(Boolean).join(' / '), campaign].filter(Boolean).join(' · ');
    },
    actor(entry: Entry): string {
      const passive = entry.type === 'interaction' && entry.channel === 'web';
      return passive ? '' : entry.actor.name ?? '';
    },
  };
}
