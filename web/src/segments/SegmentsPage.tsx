import { Soon } from '@/ui/Soon';

export default function SegmentsPage() {
  return <Soon name="segments" />;
}
