import { Soon } from '@/ui/Soon';

export default function LeadsPage() {
  return <Soon name="leads" />;
}
