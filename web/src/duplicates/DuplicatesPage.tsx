import { Soon } from '@/ui/Soon';

export default function DuplicatesPage() {
  return <Soon name="duplicates" />;
}
