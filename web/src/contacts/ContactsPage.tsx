import { Soon } from '@/ui/Soon';

export default function ContactsPage() {
  return <Soon name="contacts" />;
}
