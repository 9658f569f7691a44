import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useMe } from '@/auth/hooks';
import { openKeyHelp } from './dialogs';
import { allowed, PLACES } from './places';

const SECOND_KEY_MS = 1200;

/** Whether somebody is writing, so that letters are letters. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  return !!target?.closest('input, textarea, select, [contenteditable="true"], [role="dialog"], [role="menu"]');
}

/** `g` and a letter goes to a place, `?` shows all keys. */
export function useGoKeys() {
  const navigate = useNavigate();
  const { permissions } = useMe();
  useEffect(() => {
    let began = 0;
    const places = allowed(PLACES, permissions).flatMap(({ places }) => places);
    function pressed(event: KeyboardEvent) {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === '?') return openKeyHelp();
      const place = Date.now() - began < SECOND_KEY_MS ? places.find(({ key }) => key === event.key) : undefined;
      began = event.key === 'g' ? Date.now() : 0;
      if (!place) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      void navigate({ to: place.to });
    }
    addEventListener('keydown', pressed, true);
    return () => removeEventListener('keydown', pressed, true);
  }, [navigate, permissions]);
}
