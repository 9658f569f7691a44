import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { Gate } from '@/auth/Gate';
import { Hosts } from './Hosts';
import { queryClient } from './query';
import { theme, variables } from './theme';

const scheme = localStorageColorSchemeManager({ key: 'touchline.scheme' });

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} colorSchemeManager={scheme} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <Gate />
        <Hosts />
      </QueryClientProvider>
    </MantineProvider>
  );
}
