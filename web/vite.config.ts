import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const server = process.env.TOUCHLINE ?? 'http://127.0.0.1:8080';

/** Names stay from build to build, so that a change shows as a change; the server puts a version into the address. */
const names = {
  entryFileNames: 'assets/[name].js',
  chunkFileNames: 'assets/[name].js',
  assetFileNames: 'assets/[name][extname]',
};

/** Features whose texts come with their screens (`saying` in `app/i18n.ts`); all others come in one file. */
const LATER = ['duplicates', 'funnel', 'imports', 'segments', 'settings'];

const any = (...parts: string[]) => new RegExp(parts.join('|'));
const mantine = (...names: string[]) => `@mantine/core/esm/components/(${names.join('|')})/`;

/** What nearly every screen needs at first: data, fields, buttons, dates, and the icons of a history. */
const COMMON = any(
  '@tanstack/(?!virtual|react-virtual)', 'openapi-fetch', '@mantine/store', '@mantine/notifications/esm/notifications\\.store',
  '@mantine/hooks/esm/(use-(id|disclosure|merged-ref|media-query)|utils/random-id)',
  mantine('Input', 'InputBase', 'TextInput', 'NativeSelect', 'ActionIcon', 'CloseButton', 'Group', 'Text', 'Stack', 'Title', 'Center'),
  '@mantine/core/esm/components/Combobox/(ComboboxChevron|get-parsed|Combobox\\.module)',
  '/src/(api|app/(lookups|stream|query)|auth/fetch)\\b',
  '/src/ui/(list/walk|When|Initials|format|zone|notify|problemText|channels|EmptyState|ErrorState|later|rest|custom|menu/later)\\b',
  '/Icon(BuildingStore|Trophy|Timeline|CalendarEvent|Ad2|World|Users|DeviceMobileMessage|Checklist|Notes|Share2|Dots|Mailbox|Messages|Bell|Mail|Pencil|Filter|Phone'
    + '|Arrow(DownLeft|UpRight)|Chevron(Right|Down|Up))\\.mjs',
);

/** What opens over a screen: not needed before somebody opens something. */
const MENU = any(
  '@floating-ui', 'react-remove-scroll', 'react-style-singleton', 'use-(sidecar|callback-ref)', 'tslib', '/src/ui/menu/OpenedMenu',
  mantine('Popover', 'Menu', 'Portal', 'FocusTrap', 'Overlay'), '@mantine/core/esm/utils/Floating/',
);

/** A client's page as it is drawn first, some of which leads show, too. */
const RECORD = any(
  '/src/client/(timeline/(?!FilterItems)|ClientPage|Head|Steps|Composer|draft|undo|useClient|useLive)', '/src/ui/(Segments|record/.*\\.css)',
);

function languageChunk(id: string): string | null {
  const [, first] = /\/app\/texts\/([\w-]+)\.ts$/.exec(id) ?? [];
  if (first) return `language-${first}`;
  const [, feature = '', language] = /\/(\w+)\/locales\/([\w-]+)\.json$/.exec(id) ?? [];
  if (!language) return null;
  return LATER.includes(feature) ? `language-${language}-${feature}` : `language-${language}`;
}

/** Small, and at work before the large parts are there: the session, the texts, the screen, its first data. */
const BOOT = /\/src\/(boot|app\/(connection|language|store|texts)|auth\/(ahead|session))\.ts$|vite\/preload-helper|rolldown\/runtime/;

/**
 * The boot's script stands before the program's own and waits for nothing. The program's styles stand before both: those of a
 * screen, which are put behind them when it is loaded, count more. The program's large parts come after what is seen and asked
 * for first; what every screen needs comes with them, though only screens ask for it.
 */
function bootFirst(): Plugin {
  return {
    name: 'touchline-boot',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        const styles = html.match(/ *<link rel="stylesheet"[^>]*>\n/g) ?? [];
        const bare = styles.reduce((text, style) => text.replace(style, ''), html);
        return bare
          .replace(/ *<script type="module"/, `${styles.join('')}$&`)
          .replace('crossorigin src="./assets/boot.js"', 'async $&')
          .replace(/<script type="module" (?=crossorigin src="\.\/assets\/(react|base)\.js")/g, '$&fetchpriority="low" ')
          .replace(/( *)<script [^>]*base\.js"/, '$1<link rel="modulepreload" fetchpriority="low" crossorigin href="./assets/common.js">\n$&');
      },
    },
  };
}

export default defineConfig({
  base: './',
  plugins: [react(), bootFirst()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy: { '/api': server, '/v1': server, '/docs': server, '/openapi.json': server } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        ...names,
        codeSplitting: {
          groups: [
            // What every screen needs comes in a few files, not in sixty. React is ready to run before the rest is there.
            { name: 'react', test: /\/node_modules\/(react|react-dom|scheduler)\//, priority: 3 },
            { name: 'boot', test: BOOT, priority: 3 },
            { name: 'base', tags: ['$initial'], test: /\/(node_modules|src)\/.*\.(m?js|tsx?)$/, priority: 2 },
            { name: 'common', test: COMMON, priority: 2 },
            { name: 'menu', test: MENU, priority: 1.5 },
            { name: 'shared', minShareCount: 10, test: /\/(node_modules|src\/ui|src\/app)\//, priority: 1 },
            // What some screens share is often a few hundred bytes: a request each would take longer than to read them all.
            { name: 'small', minShareCount: 2, maxModuleSize: 600, test: /\/(@tabler\/icons-react|src)\/.*\.(ts|tsx|mjs)$/ },
            { name: 'choices', test: /@mantine\/core\/esm\/components\/(Select|MultiSelect|TagsInput|Tooltip|Pill|PillsInput)\/|get-option-by-label/, minShareCount: 3, priority: 1 },
            { name: 'record', test: RECORD, priority: 2 },
            { name: languageChunk, debugName: 'languages', test: /\/(locales\/[\w-]+\.json|app\/texts\/[\w-]+\.ts)$/, priority: 4 },
          ],
        },
      },
    },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['./tests/setup.ts'],
  },
});
