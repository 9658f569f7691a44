import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { Gate } from '@/auth/Gate';
import { queryClient } from './query';
import { theme, variables } from './theme';

const scheme = localStorageColorSchemeManager({ key: 'touchline.scheme' });

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} colorSchemeManager={scheme} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-right" zIndex={1000} />
        <Gate />
      </QueryClientProvider>
    </MantineProvider>
  );
}
