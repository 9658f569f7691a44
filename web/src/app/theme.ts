import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const iris: MantineColorsTuple = [
  '#eef1fd', '#dbe1fa', '#b7c3f4', '#90a2ee', '#6f86e8', '#5870e0', '#475fd3', '#3d51c4', '#3344a3', '#29377f',
];
const gray: MantineColorsTuple = [
  '#f8f9fb', '#f1f3f6', '#e6e9ee', '#d8dce4', '#bcc3ce', '#99a2b0', '#6b7585', '#4c5566', '#323a48', '#1c222d',
];
const dark: MantineColorsTuple = [
  '#d7dbe3', '#b3bac6', '#949daa', '#6d7683', '#3a424f', '#2b323d', '#1f252e', '#171c24', '#11151c', '#0b0e13',
];

/** Few sizes, few colours: calm and dense. */
export const theme = createTheme({
  primaryColor: 'iris',
  primaryShade: { light: 7, dark: 6 },
  colors: { iris, gray, dark },
  defaultRadius: 'sm',
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '12px', xl: '16px' },
  spacing: { xs: '6px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.4' },
  fontFamily: 'Inter, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif',
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '20px' }, h2: { fontSize: '16px' }, h3: { fontSize: '14px' } },
  },
  focusRing: 'auto',
  cursorType: 'pointer',
  components: {
    Button: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true, fz: 'xs' } },
    Badge: { defaultProps: { radius: 'sm', tt: 'none', fw: 500 } },
    Menu: { defaultProps: { shadow: 'md', radius: 'md' } },
    Modal: { defaultProps: { radius: 'md', centered: true }, styles: { title: { fontWeight: 600 } } },
    Drawer: { styles: { title: { fontWeight: 600 } } },
    Popover: { defaultProps: { shadow: 'md', radius: 'md' } },
  },
});

/** Mantine's dimmed text, and its red of errors, are too faint for small print (WCAG 1.4.3). */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5b6575',
    '--mantine-color-placeholder': '#6b7585',
    '--mantine-color-text': '#1c222d',
    '--mantine-color-error': '#c02b2b',
    '--tl-surface': '#ffffff',
    '--tl-canvas': '#f6f7f9',
    '--tl-line': '#e6e9ee',
    '--tl-hover': '#f3f5f8',
    '--tl-chosen': '#eef1fd',
    '--tl-accent': '#3d51c4',
    '--tl-online': '#0b7285',
    '--tl-offline': '#99520a',
    '--tl-tray': '#f1f3f6',
    '--tl-raised': '#ffffff',
    '--tl-quiet': '#4c5566',
    '--tl-good': '#20703c',
    '--tl-bad': '#c02b2b',
    '--tl-warn': '#99520a',
  },
  dark: {
    '--mantine-color-dimmed': '#9aa3b2',
    '--mantine-color-placeholder': '#8a94a3',
    '--mantine-color-text': '#e3e7ee',
    '--mantine-color-error': '#ff8f8f',
    '--mantine-color-body': '#11151c',
    '--tl-surface': '#171c24',
    '--tl-canvas': '#11151c',
    '--tl-line': '#2b323d',
    '--tl-hover': '#1f252e',
    '--tl-chosen': '#232c4a',
    '--tl-accent': '#90a2ee',
    '--tl-online': '#66d0e0',
    '--tl-offline': '#f0b163',
    '--tl-tray': '#11151c',
    '--tl-raised': '#2b323d',
    '--tl-quiet': '#b3bac6',
    '--tl-good': '#6fcf8f',
    '--tl-bad': '#ff8f8f',
    '--tl-warn': '#f0b163',
  },
});
