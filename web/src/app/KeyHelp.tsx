import { Group, Modal, SimpleGrid, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { PLACES } from './places';
import { keyHelp } from './dialogs';
import { useStore } from './useStore';

export function KeyHelp() {
  const { t } = useTranslation('app');
  const shown = useStore(keyHelp);
  const places = PLACES.flatMap((group) => group.places);
  return (
    <Modal opened={shown} onClose={() => keyHelp.set(false)} title={t('keys.title')} size="lg" closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xl">
        <Keys title={t('keys.general')} rows={[
          [['Ctrl', 'K'], t('keys.search')], [['?'], t('keys.help')],
          ...places.map(({ key, name }): Row => [['g', key], t('keys.go', { place: t(`nav.${name}`) })]),
        ]} />
        <div>
          <Keys title={t('keys.lists')} rows={[[['j', 'k'], t('keys.rows')], [['Enter'], t('keys.open')], [['x'], t('keys.choose')], [['e'], t('keys.dismiss')]]} />
            <Keys title={t('keys.board')} rows={[[['←', '→', '↑', '↓'], t('keys.cards')], [['Space', '←', '→'], t('keys.move')], [['Enter'], t('keys.lead')]]} />
            <Keys title={t('keys.record')} rows={[[['⇧ J', '⇧ K'], t('keys.records')], [['n'], t('keys.note')]]} />
            <Keys title={t('keys.settings')} rows={[[['↑', '↓'], t('keys.sort')], [['Esc'], t('keys.close')]]} />
        </div>
      </SimpleGrid>
    </Modal>
  );
}

type Row = [keys: string[], text: string];

function Keys({ title, rows }: { title: string; rows: Row[] }) {
  return (
    <Stack gap={6} mb="lg">
      <Text size="xs" c="dimmed" fw={600}>{title}</Text>
      {rows.map(([keys, text]) => (
        <Group key={text} justify="space-between" wrap="nowrap">
          <Text size="sm">{text}</Text>
          <Group gap={4} wrap="nowrap">{keys.map((key) => <kbd key={key} className="tl-key">{key}</kbd>)}</Group>
        </Group>
      ))}
    </Stack>
  );
}
