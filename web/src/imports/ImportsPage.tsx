import { Soon } from '@/ui/Soon';

export default function ImportsPage() {
  return <Soon name="imports" />;
}
