import { Alert, Button, Tabs } from '@mantine/core';
import { IconBrowser, IconInfoCircle, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/auth/hooks';
import { CodeBlock, OnceOnly } from '@/ui/Copy';
import { EmptyState } from '@/ui/EmptyState';
import { Frame, Part } from '../Frame';
import { KeyList } from '../keys/KeyList';
import { isWriteKey, useKeys } from '../keys/keys';
import { snippets } from './snippets';
import { WriteKeyForm } from './WriteKeyForm';

/** Stands in snippets where no key is at hand: keys are shown once. */
const UNKNOWN = 'tlk_…';

/** How a website, a shop or a mail server sends what happens there. */
export default function WebsitesPage() {
  const { t } = useTranslation('settings');
  const mayMake = useMay('users:manage');
  const found = useKeys(mayMake);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const keys = found.data?.filter(isWriteKey) ?? [];
  const add = mayMake && <Button leftSection={<IconPlus size={15} />} onClick={() => setMaking(true)}>{t('site.new')}</Button>;
  return (
    <Frame name="websites" found={mayMake ? found : undefined} actions={add}>
      {made && <OnceOnly value={made} text={t('site.made.text')} />}
      {!mayMake && <Alert color="gray" variant="light" icon={<IconInfoCircle size={17} />} c="var(--mantine-color-text)">{t('site.ask')}</Alert>}
      {mayMake && !made && keys.length === 0 && <EmptyState icon={IconBrowser} title={t('site.empty.title')} text={t('site.empty.text')}>{add}</EmptyState>}
      <Part title={t('site.snippets')}>
        <Snippets value={made ?? UNKNOWN} />
      </Part>
      {keys.length > 0 && <Part title={t('site.keys')}><KeyList keys={keys} label={t('site.keys')} /></Part>}
      {making && <WriteKeyForm close={() => setMaking(false)} made={(key) => { setMade(key); setMaking(false); }} />}
    </Frame>
  );
}

function Snippets({ value }: { value: string }) {
  const { t } = useTranslation('settings');
  const all = snippets(location.origin, value);
  return (
    <Tabs defaultValue="script" keepMounted={false}>
      <Tabs.List mb="sm" className="tl-tabs">
        {all.map(({ id, name }) => <Tabs.Tab key={id} value={id} fz="sm">{name ?? t(`snippet.${id}`)}</Tabs.Tab>)}
      </Tabs.List>
      {all.map(({ id, name, code }) => (
        <Tabs.Panel key={id} value={id}>
          <p style={{ margin: '0 0 8px', fontSize: 13 }}>{t(`snippet.${name ? 'sdk' : id}.text`)}{value === UNKNOWN && ` ${t('snippet.place', { key: UNKNOWN })}`}</p>
          <CodeBlock code={code} label={name ?? t(`snippet.${id}`)} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
