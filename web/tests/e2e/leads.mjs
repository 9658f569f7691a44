import assert from 'node:assert/strict';
import { faultless } from './axe.mjs';
import { manager, test } from './frame.mjs';

test('a stage move says which version it is of, and both stages are shown where somebody was faster', async ({ open, api }) => {
  const [lead] = (await api('/leads?kind=open&sort=-amount&limit=1')).items;
  const { stages } = (await api('/pipelines')).items.find(({ id }) => id === lead.pipeline_id);
  const [mine, theirs] = stages.filter(({ id, kind }) => kind === 'open' && id !== lead.stage_id);
  const { page } = await open(manager, '/leads', { bypassCSP: true });
  const sent = [];
  page.on('request', (request) => request.url().endsWith(`/leads/${lead.id}/stage`) && sent.push(request.headers()['if-match']));
  await page.goto(`${new URL(page.url()).origin}/leads/${lead.id}`);
  await page.getByRole('heading', { level: 1, name: lead.title }).waitFor();
  await api(`/leads/${lead.id}/stage`, { method: 'POST', body: JSON.stringify({ stage_id: theirs.id }) });
  const step = page.getByRole('list', { name: 'Stage', exact: true }).getByRole('button', { name: mine.name });
  await step.click();
  const dialog = page.getByRole('dialog', { name: 'Somebody else has saved meanwhile' });
  await dialog.waitFor();
  assert.deepEqual(await dialog.getByRole('radio').evaluateAll((all) => all.map((radio) => radio.labels[0].textContent)), [mine.name, theirs.name]);
  await faultless(page, 'a conflict of stages');
  await dialog.getByRole('button', { name: 'Save these' }).click();
  await page.getByText(`“${lead.title}”`).first().waitFor();
  const now = await api(`/leads/${lead.id}`);
  assert.equal(now.stage_id, mine.id);
  assert.deepEqual(sent, [lead.version, now.version - 1].map((version) => `"v${version}"`));
  await api(`/leads/${lead.id}/stage`, { method: 'POST', body: JSON.stringify({ stage_id: lead.stage_id }) });
});
