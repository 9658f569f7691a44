import { Soon } from '@/ui/Soon';

export default function SettingsPage() {
  return <Soon name="settings" />;
}
