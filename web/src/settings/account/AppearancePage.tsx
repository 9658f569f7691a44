import { Input, SegmentedControl, Select, Stack, Text, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { useId, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { LANGUAGES, type Language } from '@/app/language';
import { prefs, setPrefs, type Density } from '@/app/prefs';
import { speak } from '@/app/speak';
import { useStore } from '@/app/useStore';
import { useFormat } from '@/ui/format';
import { browserZone, zoneNames } from '@/ui/zone';
import { Frame } from '../Frame';
import classes from '../Settings.module.css';

const SCHEMES: MantineColorScheme[] = ['light', 'dark', 'auto'];
const DENSITIES: Density[] = ['comfortable', 'compact'];

/** How things look to this person, in this browser. */
export default function AppearancePage() {
  const { t, i18n } = useTranslation('settings');
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { density, zone } = useStore(prefs);
  const { dayAndTime, money, number } = useFormat();
  const zones = useMemo(() => [{ value: '', label: t('look.zone.browser', { zone: browserZone() }) }, ...zoneNames().map((name) => ({ value: name, label: name.replaceAll('_', ' ') }))], [t]);
  return (
    <Frame name="appearance">
      <Stack gap="lg" className={classes.card}>
        <Choice label={t('look.scheme')} value={colorScheme} data={SCHEMES.map((value) => ({ value, label: t(`app:user.${value}`) }))} change={(value) => setColorScheme(value as MantineColorScheme)} />
        <Choice label={t('look.density')} hint={t('look.density.hint')} value={density} data={DENSITIES.map((value) => ({ value, label: t(`look.density.${value}`) }))} change={(value) => setPrefs({ density: value as Density })} />
        <Choice label={t('look.language')} value={i18n.language} data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))} change={(value) => void speak(value as Language)} />
        <Select label={t('look.zone')} description={t('look.zone.hint')} maw={420} searchable allowDeselect={false} data={zones} value={zone} onChange={(value) => setPrefs({ zone: value ?? '' })} />
        <Text size="sm" c="dimmed">{t('look.example', { time: dayAndTime(new Date()), amount: money(123450, 'EUR'), number: number(1234.5) })}</Text>
      </Stack>
    </Frame>
  );
}

interface ChoiceProps {
  label: string;
  hint?: string;
  value: string;
  data: { value: string; label: string }[];
  change: (value: string) => void;
}

function Choice({ label, hint, value, data, change }: ChoiceProps) {
  const id = useId();
  return (
    <div>
      <Input.Label id={id} labelElement="div" display="block" mb={2}>{label}</Input.Label>
      {hint && <Input.Description mb={6}>{hint}</Input.Description>}
      <SegmentedControl size="xs" value={value} onChange={change} data={data} aria-labelledby={id} />
    </div>
  );
}
