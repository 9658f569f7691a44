import { Soon } from '@/ui/Soon';

export default function ClientPage() {
  return <Soon name="contacts" />;
}
