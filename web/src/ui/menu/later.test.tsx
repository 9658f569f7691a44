import { MantineProvider, Menu } from '@mantine/core';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { menuLater } from './later';

function Items({ choose }: { choose: () => void }) {
  return <Menu.Item onClick={choose}>Merge</Menu.Item>;
}

function show() {
  const read = vi.fn(async () => Items);
  const choose = vi.fn();
  const Later = menuLater(read, { transitionProps: { duration: 0 } });
  render(<MantineProvider env="test"><Later choose={choose} target={<button type="button">Actions</button>} /></MantineProvider>);
  return { read, choose, user: userEvent.setup(), button: () => screen.getByRole('button', { name: 'Actions' }) };
}

it('is read only when somebody is about to open it, and opens at the first press', async () => {
  const { read, choose, user, button } = show();
  expect(read).not.toHaveBeenCalled();
  expect(button().getAttribute('aria-haspopup')).toBe('menu');
  await user.click(button());
  await user.click(await screen.findByRole('menuitem', { name: 'Merge' }));
  expect(choose).toHaveBeenCalledOnce();
  expect(read).toHaveBeenCalledOnce();
});

it('opens by key, gives the focus back, and opens again', async () => {
  const { user, button } = show();
  await user.tab();
  await user.keyboard('{Enter}');
  await screen.findByRole('menuitem');
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('menuitem')).toBeNull());
  await waitFor(() => expect(document.activeElement).toBe(button()));
  await user.keyboard('{Enter}');
  await screen.findByRole('menuitem');
});

it('is tried again where it could not be read', async () => {
  const read = vi.fn(async () => Items).mockRejectedValueOnce(new Error('offline'));
  const Later = menuLater(read, {});
  render(<MantineProvider env="test"><Later choose={() => undefined} target={<button type="button">Actions</button>} /></MantineProvider>);
  const user = userEvent.setup();
  await user.tab();
  expect(read).toHaveBeenCalledOnce();
  await user.click(screen.getByRole('button'));
  await screen.findByRole('menuitem');
});
