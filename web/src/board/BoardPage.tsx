import { Soon } from '@/ui/Soon';

export default function BoardPage() {
  return <Soon name="board" />;
}
