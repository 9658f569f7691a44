import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const server = process.env.TOUCHLINE ?? 'http://127.0.0.1:8080';

/** Names stay from build to build, so that a change shows as a change; the server puts a version into the address. */
const names = {
  entryFileNames: 'assets/[name].js',
  chunkFileNames: 'assets/[name].js',
  assetFileNames: 'assets/[name][extname]',
};

function languageChunk(id: string): string | null {
  const found = /\/locales\/([\w-]+)\.json$/.exec(id)?.[1];
  return found ? `language-${found}` : null;
}

export default defineConfig({
  base: './',
  plugins: [react()],
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
            // All texts of a language come in one file.
            { name: languageChunk, debugName: 'languages', test: /\/locales\/[\w-]+\.json$/ },
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
