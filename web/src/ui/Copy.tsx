import { Alert, Button, CopyButton, Group, Stack, Text } from '@mantine/core';
import { IconCheck, IconCopy, IconKey } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import classes from './Copy.module.css';

export function CopyAction({ value }: { value: string }) {
  const { t } = useTranslation('ui');
  return (
    <CopyButton value={value} timeout={2000}>
      {({ copied, copy }) => (
        <Button variant="default" size="compact-xs" leftSection={copied ? <IconCheck size={13} /> : <IconCopy size={13} />} onClick={copy}>
          <span role="status">{t(copied ? 'copied' : 'copy')}</span>
        </Button>
      )}
    </CopyButton>
  );
}

/** Something to paste elsewhere. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className={classes.block}>
      <div className={classes.copy}><CopyAction value={code} /></div>
      <pre className={classes.code} tabIndex={0} aria-label={label}>{code}</pre>
    </div>
  );
}

/** A key or secret that is shown this once. */
export function OnceOnly({ value, text }: { value: string; text: string }) {
  const { t } = useTranslation('ui');
  return (
    <Alert color="iris" variant="light" icon={<IconKey size={18} />} title={t('once.title')} c="var(--mantine-color-text)">
      <Stack gap="xs">
        <Text size="sm">{text}</Text>
        <Group gap="xs" wrap="nowrap" align="center">
          <code className={classes.secret} data-secret>{value}</code>
          <CopyAction value={value} />
        </Group>
      </Stack>
    </Alert>
  );
}
