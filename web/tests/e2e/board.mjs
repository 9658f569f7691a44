import assert from 'node:assert/strict';
import { manager, shows, takeBack, test } from './frame.mjs';

const column = (page, index) => page.locator('[data-column]').nth(index);
const cardOf = (page, id) => page.locator(`[data-card="${id}"]`);
const stageOf = async (api, id) => (await api(`/leads/${id}`)).stage_id;

async function eventually(check) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await check();
    } catch (error) {
      if (tries === 40) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function board(open, api) {
  const { page } = await open(manager, '/board');
  await page.locator('[data-card]').first().waitFor();
  const { stages } = (await api('/pipelines')).items[0];
  const id = await column(page, 0).locator('[data-card]').first().getAttribute('data-card');
  return { page, id, stages: Object.fromEntries(stages.map((stage) => [stage.name, stage.id])) };
}

/** Lets go only where the board itself has told where the card is: it may scroll, and what is above it may still come. */
async function drag(page, card, to) {
  const from = await card.boundingBox();
  const stage = await column(page, to).locator('h2').textContent();
  await page.mouse.move(from.x + 30, from.y + 8);
  await page.mouse.down();
  await page.mouse.move(from.x + 60, from.y + 24, { steps: 4 });
  let nudge = 0;
  await eventually(async () => {
    const target = await column(page, to).boundingBox();
    nudge = 1 - nudge;
    await page.mouse.move(target.x + 60 + nudge, target.y + 180, { steps: 4 });
    assert.match(await page.locator('[id^=DndLiveRegion]').textContent(), new RegExp(`is over ${stage}`));
  });
  await page.mouse.up();
}

test('a card is dragged to another stage, counted there, and taken back', async ({ open, api }) => {
  const { page, id, stages } = await board(open, api);
  const count = async (index) => Number(await column(page, index).locator('h2 + span').textContent());
  const before = [await count(0), await count(2)];
  await drag(page, cardOf(page, id), 2);
  await column(page, 2).locator(`[data-card="${id}"]`).waitFor();
  assert.deepEqual([await count(0), await count(2)], [before[0] - 1, before[1] + 1]);
  await eventually(async () => assert.equal(await stageOf(api, id), stages['Site visit']));
  await takeBack(page);
  assert.equal(await stageOf(api, id), stages.New);
  await column(page, 0).locator(`[data-card="${id}"]`).waitFor();
});

test('a card is moved with keys alone, or stays where Escape left it', async ({ open, api }) => {
  const { page, id, stages } = await board(open, api);
  const said = page.locator('[id^=DndLiveRegion]');
  const says = (text) => eventually(async () => assert.match(await said.textContent(), text));
  await cardOf(page, id).focus();
  await page.keyboard.press('Space');
  await says(/Picked up|is over New/);
  await page.keyboard.press('ArrowRight');
  await says(/is over Talked/);
  await page.keyboard.press('Escape');
  await says(/stays where it was/);
  assert.equal(await stageOf(api, id), stages.New);
  await page.keyboard.press('Space');
  await says(/Picked up|is over New/);
  for (const stage of ['Talked', 'Site visit', 'Offer']) {
    await page.keyboard.press('ArrowRight');
    await says(new RegExp(`is over ${stage}`));
  }
  await page.keyboard.press('Space');
  await eventually(async () => assert.equal(await stageOf(api, id), stages.Offer));
  await eventually(async () => assert.equal(await page.evaluate(() => document.activeElement?.dataset.card), id));
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByText('Stages so far').waitFor();
});

test('a lost lead is asked why, and its history tells', async ({ open, api }) => {
  const { page, id, stages } = await board(open, api);
  await drag(page, cardOf(page, id), 5);
  await page.getByRole('dialog').getByRole('combobox').selectOption({ label: 'Too expensive' });
  await page.getByRole('button', { name: 'Mark as lost' }).click();
  await eventually(async () => assert.equal(await stageOf(api, id), stages.Lost));
  await column(page, 5).locator(`[data-card="${id}"]`).click();
  await page.getByRole('dialog').getByText('Too expensive').waitFor();
});

test('where somebody else moved the lead meanwhile, both stages are shown', async ({ open, api }) => {
  const { page, id, stages } = await board(open, api);
  const { title } = await api(`/leads/${id}`);
  // The board would learn of it by itself; here it is to be late.
  await page.route('**/board?*', (route) => route.abort());
  await api(`/leads/${id}/stage`, { method: 'POST', body: JSON.stringify({ stage_id: stages.Offer }) });
  await cardOf(page, id).hover();
  await page.getByRole('button', { name: `Move “${title}”` }).first().click();
  await page.getByRole('menuitem', { name: 'Talked' }).click();
  await shows(page, 'Somebody else has saved meanwhile');
  await page.getByRole('radio', { name: 'Offer' }).check();
  await page.unroute('**/board?*');
  await page.getByRole('button', { name: 'Save these' }).click();
  await column(page, 3).locator(`[data-card="${id}"]`).waitFor();
  assert.equal(await stageOf(api, id), stages.Offer);
});

test('a lead is added where it begins, and changed beside the board', async ({ open, api }) => {
  const { page } = await board(open, api);
  await page.getByRole('button', { name: 'Add a lead to Talked' }).click();
  await page.keyboard.type('Zorro Vega');
  await page.getByRole('textbox', { name: 'What it is about' }).fill('Black horse');
  await page.getByRole('textbox', { name: 'Amount' }).fill('1,250');
  await page.keyboard.press('Enter');
  const card = column(page, 1).getByRole('button', { name: 'Black horse', exact: true });
  await column(page, 1).getByText('£1,250').first().waitFor();
  await card.click();
  await page.getByRole('button', { name: /Edit: Amount/ }).click();
  await page.getByRole('spinbutton', { name: 'Amount' }).fill('1300.50');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByText('£1,300.50').first().waitFor();
  const [lead] = (await api('/leads?q=Black%20horse')).items;
  assert.equal(lead.amount, 130050);
});
