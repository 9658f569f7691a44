import { NativeSelect } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ifMatch, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { useMay } from '@/auth/hooks';
import { notifyProblem, notifyUndo } from '@/ui/notify';
import { Frame, Part } from '../Frame';
import classes from '../Settings.module.css';
import { mayKey, PERMISSIONS } from '../permissions';
import { RowItem, Rows } from '@/ui/Rows';

type Rules = Schemas['RoleRules'];
const VISIBILITIES: Schemas['Visibility'][] = ['all', 'team', 'own'];
const refresh = () => queryClient.invalidateQueries({ queryKey: ['roles'] });

async function see({ role, version }: Rules, visibility: Schemas['Visibility']): Promise<Rules> {
  return take(api.PUT('/api/v1/roles/{role}', { params: { path: { role }, header: ifMatch(version) }, body: { visibility } })).finally(refresh);
}

/** What a role may do is fixed; whose records it sees is up to the organisation. */
export default function RolesPage() {
  const { t } = useTranslation('settings');
  const found = useQuery({ queryKey: ['roles'], queryFn: () => take(api.GET('/api/v1/roles')) });
  const mayManage = useMay('users:manage');
  const roles = found.data?.items ?? [];

  async function choose(rules: Rules, visibility: Schemas['Visibility']) {
    const after = await see(rules, visibility);
    notifyUndo(t('role.seen.done', { role: t(`ui:role.${rules.role}`) }), () => see(after, rules.visibility));
  }
  return (
    <Frame name="roles" found={found}>
      <Rows label={t('page.roles')}>
        {roles.map((rules) => (
          <RowItem key={rules.role} title={t(`ui:role.${rules.role}`)} sub={t(`role.${rules.role}`)}>
            {mayManage && rules.role !== 'admin' ? (
              <NativeSelect size="xs" aria-label={t('role.seen', { role: t(`ui:role.${rules.role}`) })} value={rules.visibility}
                onChange={(event) => void choose(rules, event.currentTarget.value as Schemas['Visibility']).catch(notifyProblem)}
                data={VISIBILITIES.map((value) => ({ value, label: t(`sees.${value}`) }))} />
            ) : <span>{t(`sees.${rules.visibility}`)}</span>}
          </RowItem>
        ))}
      </Rows>
      <Part title={t('role.matrix')}>
        <div className={classes.scroll} tabIndex={0} role="group" aria-label={t('role.matrix')}>
          <table className={`${classes.grid} ${classes.matrix}`}>
            <thead><tr><th scope="col">{t('role.may')}</th>{roles.map(({ role }) => <th key={role} scope="col" style={{ textAlign: 'center' }}>{t(`ui:role.${role}`)}</th>)}</tr></thead>
            <tbody>
              {PERMISSIONS.map(({ group, permissions }) => (
                <Fragment key={group}>
                  {permissions.map((permission) => (
                    <tr key={permission}>
                      <th scope="row">{t(mayKey(permission))}</th>
                      {roles.map(({ role, permissions: own }) => (
                        <td key={role} style={{ textAlign: 'center' }}>
                          {own.includes(permission) ? <IconCheck size={15} color="var(--tl-good)" aria-label={t('ui:yes')} role="img" /> : <span className="tl-hidden">{t('ui:no')}</span>}
                        </td>
                      ))}
                    </tr>
                  ))}
                </Fragment>
              ))}
            </tbody>
          </table>
        </div>
      </Part>
    </Frame>
  );
}
