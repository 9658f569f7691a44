import { Soon } from '@/ui/Soon';

export default function FunnelPage() {
  return <Soon name="funnel" />;
}
